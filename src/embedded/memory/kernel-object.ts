import { decodeUtf8, encodeUtf8 } from "../../base/index.ts"
import { type Btf, findMember, type TypeId } from "../../btf/index.ts"
import type { KernelMemory } from "./kernel-memory.ts"

/** What may be stored in a field: a number, an address (an object stands for its own), a flag, or text for a char array. */
export type FieldValue = number | bigint | boolean | string | KernelObject

/**
 * Kernel structs as the profile's BTF lays them out. A model writes fields by name; where they lie, and how wide
 * they are, is the release's word, so CO-RE reads of programs walk real layouts.
 */
export class KernelTypes {
  readonly memory: KernelMemory
  readonly btf: Btf
  readonly #layouts = new Map<string, StructLayout>()

  constructor(memory: KernelMemory, btf: Btf) {
    this.memory = memory
    this.btf = btf
  }

  layout(struct: string): StructLayout {
    const known = this.#layouts.get(struct)
    if (known) return known
    const id = this.btf.find(struct, "struct")
    if (id === undefined) throw new Error(`BUG: the profile's BTF has no struct ${struct}`)
    const layout = new StructLayout(this.btf, struct, id)
    this.#layouts.set(struct, layout)
    return layout
  }

  /** A zeroed struct in kernel memory with the given fields set. Fields this release lacks are left out. */
  create(struct: string, fields: Readonly<Record<string, FieldValue>> = {}): KernelObject {
    const layout = this.layout(struct)
    const object = new KernelObject(this.memory, layout, this.memory.alloc(layout.size))
    for (const [path, value] of Object.entries(fields)) if (layout.has(path)) object.set(path, value)
    return object
  }

  /** The struct that stands at an address. */
  at(struct: string, address: number): KernelObject {
    return new KernelObject(this.memory, this.layout(struct), address)
  }
}

interface Field {
  readonly offset: number
  /** Bytes; for a bitfield, of the bytes it touches. */
  readonly size: number
  readonly text: boolean
  readonly signed: boolean
  readonly bits: { readonly shift: number; readonly width: number } | undefined
}

/** Offsets of one struct's fields by path ("cred", "f_path.dentry", "comm"), anonymous members walked through. */
export class StructLayout {
  readonly name: string
  readonly id: TypeId
  readonly size: number
  readonly #btf: Btf
  readonly #fields = new Map<string, Field | undefined>()

  constructor(btf: Btf, name: string, id: TypeId) {
    this.#btf = btf
    this.name = name
    this.id = id
    this.size = btf.sizeOf(id)
  }

  has(path: string): boolean {
    return this.#lookup(path) !== undefined
  }

  field(path: string): Field {
    const field = this.#lookup(path)
    if (!field) throw new Error(`BUG: struct ${this.name} of this release has no field ${path}`)
    return field
  }

  #lookup(path: string): Field | undefined {
    if (this.#fields.has(path)) return this.#fields.get(path)
    const field = this.#resolve(path)
    this.#fields.set(path, field)
    return field
  }

  #resolve(path: string): Field | undefined {
    const member = findMember(this.#btf, this.id, path)
    if (!member) return undefined
    const offset = Math.floor(member.bitOffset / 8)
    const type = this.#btf.type(this.#btf.resolve(member.type))
    if (member.bitSize > 0) {
      const shift = member.bitOffset - offset * 8
      const size = Math.ceil((shift + member.bitSize) / 8)
      return { offset, size, text: false, signed: false, bits: { shift, width: member.bitSize } }
    }
    const text = type.kind === "array" && this.#btf.sizeOf(type.element) === 1
    const signed = type.kind === "int" && type.encoding === "signed"
    return { offset, size: this.#btf.sizeOf(member.type), text, signed, bits: undefined }
  }
}

/** One struct in kernel memory, read and written by field path. */
export class KernelObject {
  readonly address: number
  readonly layout: StructLayout
  readonly #memory: KernelMemory

  constructor(memory: KernelMemory, layout: StructLayout, address: number) {
    this.#memory = memory
    this.layout = layout
    this.address = address
  }

  /** The field as an integer, sign- or zero-extended as its type is. */
  get(path: string): bigint {
    const field = this.layout.field(path)
    if (field.size === 8 && !field.bits) {
      const { view } = this.#memory
      const at = this.address + field.offset
      return field.signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true)
    }
    const raw = this.#raw(field)
    if (field.bits) return (raw >> BigInt(field.bits.shift)) & ((1n << BigInt(field.bits.width)) - 1n)
    return field.signed ? BigInt.asIntN(field.size * 8, raw) : raw
  }

  number(path: string): number {
    const field = this.layout.field(path)
    if (field.size === 4 && !field.bits) {
      const { view } = this.#memory
      const at = this.address + field.offset
      return field.signed ? view.getInt32(at, true) : view.getUint32(at, true)
    }
    return Number(this.get(path))
  }

  text(path: string): string {
    const field = this.layout.field(path)
    return decodeUtf8(this.#memory.readCString(this.address + field.offset, field.size))
  }

  set(path: string, value: FieldValue): this {
    const field = this.layout.field(path)
    const at = this.address + field.offset
    if (typeof value === "string") {
      if (!field.text) throw new Error(`BUG: field ${path} of struct ${this.layout.name} takes no text`)
      const bytes = new Uint8Array(field.size)
      bytes.set(encodeUtf8(value).subarray(0, field.size - 1))
      this.#memory.write(at, bytes)
      return this
    }
    if (!field.bits && this.#setWhole(at, field.size, value)) return this
    const wanted = BigInt(value instanceof KernelObject ? value.address : value)
    const bits = field.bits
    const mask = bits ? ((1n << BigInt(bits.width)) - 1n) << BigInt(bits.shift) : undefined
    let raw =
      bits && mask !== undefined
        ? (this.#raw(field) & ~mask) | ((wanted << BigInt(bits.shift)) & mask)
        : wanted
    const bytes = this.#memory.bytes
    for (let index = 0; index < field.size; index++, raw >>= 8n) bytes[at + index] = Number(raw & 0xffn)
    return this
  }

  /** Writes a field of a common size in one go; false for others. */
  #setWhole(at: number, size: number, value: Exclude<FieldValue, string>): boolean {
    const { view } = this.#memory
    const whole = value instanceof KernelObject ? value.address : value
    if (size === 8) {
      view.setBigUint64(at, BigInt(whole), true)
      return true
    }
    const low = Number(typeof whole === "bigint" ? BigInt.asUintN(32, whole) : whole)
    switch (size) {
      case 4:
        view.setUint32(at, low, true)
        return true
      case 2:
        view.setUint16(at, low, true)
        return true
      case 1:
        view.setUint8(at, low)
        return true
      default:
        return false
    }
  }

  addressOf(path: string): number {
    return this.address + this.layout.field(path).offset
  }

  free(): void {
    this.#memory.free(this.address)
  }

  #raw(field: Field): bigint {
    const bytes = this.#memory.bytes
    let value = 0n
    for (let index = field.size - 1; index >= 0; index--)
      value = (value << 8n) | BigInt(bytes[this.address + field.offset + index] ?? 0)
    return value
  }
}
