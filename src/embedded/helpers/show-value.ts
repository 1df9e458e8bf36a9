import { type Btf, type BtfType, type TypeId, VOID } from "../../btf/index.ts"
import { type ShowState, typeLabel } from "./show-label.ts"

/** What of a value is shown, and how (BTF_F_…). */
export interface ShowOptions {
  /** All on one line. */
  readonly compact: boolean
  /** Neither types nor names of members. */
  readonly nameless: boolean
  /** Pointers as they are, not as hashes. */
  readonly rawPointers: boolean
  /** Members that are zero too. */
  readonly zeros: boolean
}

export interface ShowSource {
  readonly btf: Btf
  readonly view: DataView
  /** What %p makes of a pointer. */
  hash(pointer: bigint): string
}

/**
 * A value of the kernel's types as text, the way bpf_snprintf_btf writes it. `address` is where it stands; all of
 * it must be readable. Quirks are the kernel's: inside of an array no labels are shown, an aggregate without
 * anything but zeros is left out, and an enumerator counts as something even where its value is zero.
 */
export function showValue(source: ShowSource, type: TypeId, address: number, options: ShowOptions): string {
  const writer = new ValueWriter(source, options)
  writer.show(type, address)
  return writer.text
}

type ArrayType = Extract<BtfType, { kind: "array" }>
type AggregateType = Extract<BtfType, { kind: "struct" | "union" }>
type IntType = Extract<BtfType, { kind: "int" }>
type EnumType = Extract<BtfType, { kind: "enum" | "enum64" }>

class ValueWriter {
  text = ""
  readonly #source: ShowSource
  readonly #options: ShowOptions
  readonly #state: ShowState = { type: undefined, typeId: VOID, member: undefined, inArray: false }
  #depth = 0
  /** The bytes of the array that is shown are characters, and its end has been seen. */
  #isText = false
  #isTextOver = false
  /** While set nothing is written: an aggregate at one level less finds out whether it holds anything. */
  #probing: number | undefined
  #deepestShown = 0

  constructor(source: ShowSource, options: ShowOptions) {
    this.#source = source
    this.#options = options
  }

  /** Shows what is at `address`; `id` may be a typedef, which then gives the name. */
  show(id: TypeId, address: number): void {
    const { btf } = this.#source
    const resolved = btf.resolve(id)
    const type = resolved === VOID ? undefined : btf.type(resolved)
    switch (type?.kind) {
      case undefined:
        this.#write("<unsupported kind:0>")
        break
      case "struct":
      case "union":
        this.#ifAnything(() => this.#aggregate(id, type, address))
        break
      case "array":
        this.#ifAnything(() => this.#array(id, type, address))
        break
      default:
        this.#state.type = type
        this.#state.typeId = id
        this.#scalar(type as BtfType, address)
        this.#state.type = undefined
        this.#state.typeId = VOID
    }
  }

  #scalar(type: BtfType, address: number): void {
    switch (type.kind) {
      case "int":
        this.#integer(type, address)
        break
      case "ptr": {
        const pointer = this.#source.view.getBigUint64(address, true)
        const { rawPointers } = this.#options
        const digits = rawPointers ? pointer.toString(16).padStart(16, "0") : this.#source.hash(pointer)
        this.#value(`0x${digits}`, pointer !== 0n)
        break
      }
      case "enum":
      case "enum64":
        this.#enumerator(type, address)
        break
      default:
        this.#write(`<unsupported kind:${this.#source.btf.kindNumber(this.#state.typeId)}>`)
    }
  }

  #integer({ bits, bitOffset, encoding }: IntType, address: number): void {
    const isRegular = bitOffset === 0 && [8, 16, 32, 64].includes(bits)
    if (!isRegular) this.#bits(address, bitOffset, bits)
    else if (bits === 8 && this.#isText) this.#character(address, encoding === "signed")
    else this.#number(address, bits, encoding === "signed")
  }

  #number(address: number, bits: number, signed: boolean): void {
    const raw = this.#raw(address, bits / 8)
    this.#value((signed ? BigInt.asIntN(bits, raw) : raw).toString(), raw !== 0n)
  }

  /** A text ends at its first NUL. */
  #character(address: number, signed: boolean): void {
    const code = this.#source.view.getUint8(address)
    if (code === 0) this.#isTextOver = true
    if (this.#isTextOver) return
    if (code >= 0x20 && code < 0x7f) this.#value(`'${String.fromCharCode(code)}'`, true)
    else this.#number(address, 8, signed)
  }

  #enumerator({ kind, values, signed }: EnumType, address: number): void {
    const bits = kind === "enum64" ? 64 : 32
    const raw = this.#raw(address, bits / 8)
    const found = values.find(({ value }) => BigInt.asUintN(bits, value) === raw)
    if (found) this.#value(found.name, true)
    else this.#number(address, bits, signed)
  }

  /** A bitfield, or an integer of unusual width, in hex. */
  #bits(address: number, bitOffset: number, width: number): void {
    const first = address + (bitOffset >> 3)
    const shift = bitOffset & 7
    const raw = this.#raw(first, Math.ceil((shift + width) / 8))
    const number = (raw >> BigInt(shift)) & ((1n << BigInt(width)) - 1n)
    this.#value(`0x${number.toString(16)}`, number !== 0n)
  }

  #aggregate(id: TypeId, type: AggregateType, address: number): void {
    this.#open(id, type)
    for (const member of type.members) {
      this.#state.member = member
      if (member.bitSize === 0) this.show(member.type, address + member.bitOffset / 8)
      else {
        this.#state.type = this.#source.btf.type(member.type)
        this.#state.typeId = member.type
        this.#bits(address, member.bitOffset, member.bitSize)
        this.#state.type = undefined
      }
      this.#state.member = undefined
    }
    this.#close("}")
  }

  #array(id: TypeId, type: ArrayType, address: number): void {
    const { btf } = this.#source
    const element = btf.resolve(type.element)
    // The kernel has no size for pointers and arrays here: it shows the first of them again and again.
    const isSized = !["ptr", "array"].includes(btf.kindOf(element))
    const size = isSized ? btf.sizeOf(type.element) : 0
    this.#isText = btf.kindOf(element) === "int" && size === 1
    this.#isTextOver = false
    this.#open(id, type)
    for (let index = 0; index < type.length; index++) {
      this.#state.inArray = true
      this.#state.member = undefined
      this.show(type.element, address + index * size)
      this.#state.inArray = false
      this.#state.member = undefined
      if (this.#isTextOver) break
    }
    this.#isText = false
    this.#isTextOver = false
    this.#close("]")
  }

  /** Below the top an aggregate is shown only if something in it is, unless zeros are wanted. */
  #ifAnything(show: () => void): void {
    if (this.#depth > 0 && !this.#options.zeros) {
      const { member } = this.#state
      if (this.#probing === undefined) {
        this.#probing = this.#depth + 1
        this.#deepestShown = 0
      }
      show()
      this.#state.member = member
      if (this.#probing !== this.#depth + 1) return
      this.#probing = undefined
      if (this.#deepestShown <= this.#depth) return
    }
    show()
  }

  #open(id: TypeId, type: BtfType): void {
    this.#state.type = type
    this.#state.typeId = id
    this.#write(`${this.#indent()}${this.#label()}${this.#newline()}`)
    this.#depth += 1
  }

  #close(end: string): void {
    this.#depth -= 1
    this.#write(`${this.#indent()}${end}${this.#delimiter()}${this.#newline()}`)
    this.#state.type = undefined
    this.#state.typeId = VOID
  }

  #value(text: string, isSomething: boolean): void {
    if (!isSomething && !this.#options.zeros && this.#depth > 0) return
    this.#write(`${this.#indent()}${this.#label()}${text}${this.#delimiter()}${this.#newline()}`)
    this.#deepestShown = Math.max(this.#deepestShown, this.#depth)
  }

  #label(): string {
    return typeLabel(this.#source.btf, this.#state, this.#options.nameless)
  }

  #write(text: string): void {
    if (this.#probing === undefined) this.text += text
  }

  #indent(): string {
    return this.#options.compact ? "" : " ".repeat(Math.min(this.#depth, 32))
  }

  #newline(): string {
    return this.#options.compact ? "" : "\n"
  }

  #delimiter(): string {
    if (this.#depth === 0) return ""
    return this.#options.compact && this.#state.type?.kind === "union" ? "|" : ","
  }

  #raw(address: number, size: number): bigint {
    const { view } = this.#source
    let value = 0n
    for (let index = size - 1; index >= 0; index--)
      value = (value << 8n) | BigInt(view.getUint8(address + index))
    return value
  }
}
