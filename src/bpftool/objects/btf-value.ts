import { decodeUtf8 } from "../../base/index.ts"
import type { Btf, BtfType, BtfTypeOf, TypeId } from "../../btf/index.ts"
import type { JsonWriter } from "./json-writer.ts"

export interface ValueForm {
  /** For people: addresses in hex, characters as they are. Else JSON that machines read. */
  readonly isPlain: boolean
  /** Of struct_ops: what to print for a pointer to a function that holds a program's id. */
  readonly programPointer?: ((type: TypeId, programId: number) => string) | undefined
}

/** A C value as bpftool's JSON has it: every member by name, strings where characters end in NUL, bit fields in hex. */
export function writeBtfValue(
  json: JsonWriter,
  btf: Btf,
  id: TypeId,
  bytes: Uint8Array,
  form: ValueForm,
): void {
  new ValueWriter(json, btf, bytes, form).write(id, 0, 0)
}

class ValueWriter {
  readonly #json: JsonWriter
  readonly #btf: Btf
  readonly #bytes: Uint8Array
  readonly #form: ValueForm

  constructor(json: JsonWriter, btf: Btf, bytes: Uint8Array, form: ValueForm) {
    this.#json = json
    this.#btf = btf
    this.#bytes = bytes
    this.#form = form
  }

  /** The value at byte `at` and bit `bit` of it, up to 7. */
  write(id: TypeId, at: number, bit: number): void {
    if (this.#btf.isVoid(id)) {
      this.#json.raw("(unknown)")
      return
    }
    const type = this.#btf.type(id)
    switch (type.kind) {
      case "int":
        this.#integer(type, at, bit)
        break
      case "struct":
      case "union":
        this.#record(type, at)
        break
      case "array":
        this.#array(type, at)
        break
      case "enum":
      case "enum64":
        this.#enumerator(type, at)
        break
      case "ptr":
        this.#pointer(type.type, at)
        break
      case "typedef":
      case "volatile":
      case "const":
      case "restrict":
      case "type_tag":
        this.write(this.#btf.resolve(id), at, bit)
        break
      case "var":
        this.#json.object(() => {
          this.#json.name(type.name)
          this.write(type.type, at, bit)
        })
        break
      case "datasec":
        this.#section(type, at)
        break
      case "float":
        this.#float(type.size, at)
        break
      default:
        this.#json.null()
    }
  }

  #integer({ bits, bitOffset, encoding }: BtfTypeOf<"int">, at: number, bit: number): void {
    if (bit !== 0 || bitOffset !== 0 || bits % 8 !== 0 || bits === 128 || ![8, 16, 32, 64].includes(bits)) {
      const start = bit + bitOffset
      this.#bits(bits, at + (start >> 3), start & 7)
      return
    }
    const value = this.#unsigned(at, bits / 8)
    if (encoding === "bool") this.#json.raw(value === 0n ? "false" : "true")
    else if (encoding === "char") this.#character(Number(value & 0xffn))
    else this.#json.raw(String(encoding === "signed" ? BigInt.asIntN(bits, value) : value))
  }

  #character(code: number): void {
    if (code >= 0x20 && code < 0x7f) this.#json.string(String.fromCharCode(code))
    else if (this.#form.isPlain) this.#json.raw(`0x${code.toString(16)}`)
    else this.#json.raw(`"\\u00${code.toString(16).padStart(2, "0")}"`)
  }

  /** Bit fields, and integers that no register holds, in hex. */
  #bits(count: number, at: number, bit: number): void {
    const value =
      (this.#unsigned(at, Math.ceil((bit + count) / 8)) >> BigInt(bit)) & ((1n << BigInt(count)) - 1n)
    const text = `0x${value.toString(16)}`
    if (this.#form.isPlain) this.#json.raw(text)
    else this.#json.string(text)
  }

  #record({ members }: BtfTypeOf<"struct" | "union">, at: number): void {
    this.#json.object(() => {
      for (const { name, type, bitOffset, bitSize } of members) {
        this.#json.name(name)
        const start = at + (bitOffset >> 3)
        if (bitSize > 0) this.#bits(bitSize, start, bitOffset & 7)
        else this.write(type, start, bitOffset & 7)
      }
    })
  }

  #array({ element, length }: BtfTypeOf<"array">, at: number): void {
    const text = this.#text(element, at, length)
    if (text !== undefined) {
      this.#json.string(text)
      return
    }
    const size = this.#btf.sizeOf(element)
    this.#json.array(() => {
      for (let index = 0; index < length; index++) this.write(element, at + index * size, 0)
    })
  }

  /** Characters that can be printed up to a NUL; a typedef of char counts as a number. */
  #text(element: TypeId, at: number, length: number): string | undefined {
    let type: BtfType = this.#btf.type(element)
    while (type.kind === "const" || type.kind === "volatile" || type.kind === "restrict")
      type = this.#btf.type(type.type)
    if (type.kind !== "int" || type.size !== 1) return undefined
    if (type.encoding !== "char" && type.name !== "char") return undefined
    const bytes = this.#bytes.subarray(at, at + length)
    const end = bytes.indexOf(0)
    if (end < 0 || bytes.subarray(0, end).some(byte => byte <= 0x1f || byte >= 0x7f)) return undefined
    return decodeUtf8(bytes.subarray(0, end))
  }

  #enumerator({ size, values }: BtfTypeOf<"enum" | "enum64">, at: number): void {
    const value = BigInt.asIntN(size * 8, this.#unsigned(at, size))
    const found = values.find(each => BigInt.asIntN(size * 8, each.value) === value)
    if (found) this.#json.string(found.name)
    else this.#json.raw(String(value))
  }

  #pointer(target: TypeId, at: number): void {
    const value = this.#unsigned(at, 8)
    const { programPointer, isPlain } = this.#form
    if (programPointer && value <= 0xffff_ffffn) {
      const pointed = this.#btf.isVoid(target) ? target : this.#btf.resolve(target)
      if (!this.#btf.isVoid(pointed) && this.#btf.type(pointed).kind === "func_proto") {
        this.#json.string(programPointer(pointed, Number(value)))
        return
      }
    }
    if (isPlain) this.#json.raw(value === 0n ? "(nil)" : `0x${value.toString(16)}`)
    else this.#json.raw(String(value))
  }

  #section({ name, variables }: BtfTypeOf<"datasec">, at: number): void {
    this.#json.object(() => {
      this.#json.arrayField(name, () => {
        for (const { type, offset } of variables) this.write(type, at + offset, 0)
      })
    })
  }

  #float(size: number, at: number): void {
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
    if (size === 4) this.#json.raw(String(view.getFloat32(at, true)))
    else if (size === 8) this.#json.raw(String(view.getFloat64(at, true)))
    else this.#json.null()
  }

  #unsigned(at: number, size: number): bigint {
    let value = 0n
    for (let index = size - 1; index >= 0; index--)
      value = (value << 8n) | BigInt(this.#bytes[at + index] ?? 0)
    return value
  }
}
