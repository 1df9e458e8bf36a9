import { BtfError, decodeUtf8, didYouMean, encodeUtf8 } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import type { TypeId } from "./types.ts"
import { readInteger, writeInteger } from "./value-integer.ts"
import {
  type EnumLayout,
  type FieldLayout,
  type IntegerLayout,
  type Layout,
  layoutOf,
} from "./value-layout.ts"

/**
 * A C value in JavaScript: integers up to 32 bits are numbers, longer ones and pointers bigint; `bool` is boolean;
 * an enum is its enumerator's name, or its number when none has that value; structs and unions are objects with
 * anonymous members flattened; text is a string, other arrays are arrays.
 */
export type BtfValue =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | BtfValue[]
  | { [name: string]: BtfValue }

export interface ReadValueOptions {
  /**
   * What arrays of `char` become. "string" (default): the text before the first NUL, but bytes where that is no
   * UTF-8. "bytes": always all of the array, a copy.
   */
  readonly chars?: "string" | "bytes"
}

/**
 * Values that one read gives at most: unions within unions can hold many in a few bytes. Numbers in arrays count a
 * sixteenth.
 */
const MAX_VALUES = 1 << 20

/**
 * Reads the value of type `id` at `offset` of `bytes`, in the byte order of `btf`. Throws BtfError when the bytes
 * are too few, naming the field, and for types that have no values.
 */
export function readValue(
  btf: Btf,
  id: TypeId,
  bytes: Uint8Array,
  offset = 0,
  options: ReadValueOptions = {},
): BtfValue {
  const layout = layoutOf(btf, id)
  checkRoom(layout, bytes, offset)
  return new ValueReader(bytes, btf.littleEndian, options.chars ?? "string").read(layout, offset)
}

/**
 * Writes `value` as type `id` at `offset` of `bytes`, as a C initialiser does: members and elements that are not
 * given become zero, padding too. Numbers and bigints are interchangeable where exact; enums take names or numbers;
 * `char` arrays take strings or bytes. Throws BtfError naming the field and the value that does not fit it; `bytes`
 * may then be partly written.
 */
export function writeValue(btf: Btf, id: TypeId, value: BtfValue, bytes: Uint8Array, offset = 0): void {
  const layout = layoutOf(btf, id)
  checkRoom(layout, bytes, offset)
  bytes.fill(0, offset, offset + layout.size)
  new ValueWriter(bytes, btf.littleEndian).write(layout, value, offset, layout.name)
}

function checkRoom(layout: Layout, bytes: Uint8Array, offset: number): void {
  if (Number.isInteger(offset) && offset >= 0 && offset + layout.size <= bytes.length) return
  throw new BtfError(
    `${layout.name}: ${layout.size} bytes at offset ${offset} leave the ${bytes.length} bytes there are`,
  )
}

class ValueReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #little: boolean
  readonly #chars: "string" | "bytes"
  #left = MAX_VALUES

  constructor(bytes: Uint8Array, little: boolean, chars: "string" | "bytes") {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#little = little
    this.#chars = chars
  }

  read(layout: Layout, at: number): BtfValue {
    switch (layout.kind) {
      case "integer":
      case "boolean":
      case "pointer":
      case "enum":
        return present(layout, readInteger(this.#view, at, layout.size, layout.signed, this.#little))
      case "float":
        if (layout.size === 4) return this.#view.getFloat32(at, this.#little)
        if (layout.size === 8) return this.#view.getFloat64(at, this.#little)
        // Half and extended precision have no JavaScript form.
        return copy(this.#bytes, at, layout.size)
      case "chars":
        return this.#chars === "bytes" ? copy(this.#bytes, at, layout.size) : this.#text(at, layout.size)
      case "array": {
        const { element, length } = layout
        const plain = element.kind !== "array" && element.kind !== "record"
        this.#charge(plain ? length / 16 : length, layout)
        const elements: BtfValue[] = []
        for (let i = 0; i < length; i++) elements.push(this.read(element, at + i * element.size))
        return elements
      }
      case "record": {
        this.#charge(layout.fields.length, layout)
        const object: { [name: string]: BtfValue } = {}
        for (const field of layout.fields) {
          const value =
            field.bitSize === 0 ? this.read(field.layout, at + field.offset) : this.#bits(field, at)
          if (field.name === "__proto__") define(object, field.name, value)
          else object[field.name] = value
        }
        return object
      }
      default:
        return layout satisfies never
    }
  }

  #charge(parts: number, layout: Layout): void {
    this.#left -= parts
    if (this.#left < 0) throw new BtfError(`${layout.name}: the value has over ${MAX_VALUES} parts`)
  }

  #bits(field: FieldLayout, start: number): BtfValue {
    const layout = scalarOf(field)
    const raw =
      BigInt(readInteger(this.#view, start + field.offset, spanOf(field), false, this.#little)) >>
      shiftOf(field, this.#little)
    const value = layout.signed ? BigInt.asIntN(field.bitSize, raw) : BigInt.asUintN(field.bitSize, raw)
    return present(layout, layout.size <= 4 ? Number(value) : value)
  }

  #text(at: number, size: number): string | Uint8Array {
    const bytes = this.#bytes
    const end = at + size
    let stop = at
    let ascii = true
    for (; stop < end && bytes[stop] !== 0; stop++) if (bytes[stop]! >= 0x80) ascii = false
    // Calling the decoder costs more than a short name.
    if (ascii && stop - at <= 64) return String.fromCharCode.apply(null, bytes.subarray(at, stop) as never)
    const text = bytes.subarray(at, stop)
    return ascii || isUtf8(text) ? decodeUtf8(text) : copy(bytes, at, size)
  }
}

class ValueWriter {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #little: boolean

  constructor(bytes: Uint8Array, little: boolean) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#little = little
  }

  write(layout: Layout, value: BtfValue, at: number, path: string): void {
    switch (layout.kind) {
      case "integer":
      case "boolean":
      case "pointer":
      case "enum":
        writeInteger(
          this.#view,
          at,
          layout.size,
          integerOf(layout, value, layout.size * 8, path),
          this.#little,
        )
        break
      case "float":
        this.#float(layout, value, at, path)
        break
      case "chars": {
        const text = typeof value === "string" ? encodeUtf8(value) : value
        const items = listOf(text, layout, path)
        if (items.length > layout.size) throw tooMany(path, value, items.length, layout)
        for (let i = 0; i < items.length; i++) this.#bytes[at + i] = charOf(items[i]!, `${path}[${i}]`)
        break
      }
      case "array": {
        const items = listOf(value, layout, path)
        if (items.length > layout.length) throw tooMany(path, value, items.length, layout)
        for (let i = 0; i < items.length; i++)
          this.write(layout.element, items[i]!, at + i * layout.element.size, `${path}[${i}]`)
        break
      }
      case "record": {
        if (
          typeof value !== "object" ||
          value === null ||
          Array.isArray(value) ||
          value instanceof Uint8Array
        )
          throw mismatch(path, value, `an object of ${layout.name}`)
        for (const [name, part] of Object.entries(value)) {
          const field = layout.fieldsByName.get(name)
          if (!field) {
            const hint = didYouMean(name, layout.fieldsByName.keys())
            throw new BtfError(`${path}: ${layout.name} has no member ${name}`, hint ? { hint } : {})
          }
          this.#field(field, part, at, `${path}.${name}`)
        }
        break
      }
      default:
        layout satisfies never
    }
  }

  #field(field: FieldLayout, value: BtfValue, start: number, path: string): void {
    const at = start + field.offset
    if (field.bitSize === 0) {
      this.write(field.layout, value, at, path)
      return
    }
    const layout = scalarOf(field)
    const span = spanOf(field)
    const shift = shiftOf(field, this.#little)
    const mask = ((1n << BigInt(field.bitSize)) - 1n) << shift
    const bits = BigInt.asUintN(field.bitSize, integerOf(layout, value, field.bitSize, path)) << shift
    const old = BigInt(readInteger(this.#view, at, span, false, this.#little))
    writeInteger(this.#view, at, span, (old & ~mask) | bits, this.#little)
  }

  #float(layout: Layout, value: BtfValue, at: number, path: string): void {
    if (layout.size === 4 || layout.size === 8) {
      if (typeof value !== "number") throw mismatch(path, value, `a number (${layout.name})`)
      if (layout.size === 4) this.#view.setFloat32(at, value, this.#little)
      else this.#view.setFloat64(at, value, this.#little)
      return
    }
    if (!(value instanceof Uint8Array) || value.length !== layout.size)
      throw mismatch(path, value, `${layout.size} bytes (${layout.name})`)
    this.#bytes.set(value, at)
  }
}

type ScalarLayout = IntegerLayout | EnumLayout

/** An integer that was read, as the layout's kind of JavaScript value. */
function present(layout: ScalarLayout, value: number | bigint): BtfValue {
  if (layout.kind === "boolean") return BigInt(value) !== 0n
  if (layout.kind === "pointer") return BigInt(value)
  if (layout.kind === "enum") return layout.names.get(BigInt(value)) ?? value
  return value
}

/** The bits of a value for a field of `bits` bits. */
function integerOf(layout: ScalarLayout, value: BtfValue, bits: number, path: string): bigint {
  if (layout.kind === "boolean" && typeof value === "boolean") return value ? 1n : 0n
  if (layout.kind === "enum" && typeof value === "string") return enumeratorOf(layout, value, path)
  if (typeof value !== "bigint" && !(typeof value === "number" && Number.isInteger(value)))
    throw mismatch(path, value, `${WANTED[layout.kind]} (${layout.name})`)
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new BtfError(`${path}: ${value} is not exact as a number`, { hint: "give it as a bigint" })
  const number = BigInt(value)
  const low = layout.signed ? -(1n << BigInt(bits - 1)) : 0n
  const high = layout.kind === "boolean" ? 1n : (1n << BigInt(layout.signed ? bits - 1 : bits)) - 1n
  if (number < low || number > high)
    throw new BtfError(`${path}: ${number} is outside ${low} to ${high} (${layout.name}, ${bits} bits)`)
  return number
}

const WANTED = {
  integer: "an integer",
  boolean: "a boolean",
  pointer: "an address as bigint",
  enum: "an enumerator's name or number",
} as const

function enumeratorOf(layout: EnumLayout, name: string, path: string): bigint {
  const value = layout.values.get(name)
  if (value !== undefined) return value
  const hint = didYouMean(name, layout.values.keys())
  throw new BtfError(`${path}: ${layout.name} has no enumerator "${name}"`, hint ? { hint } : {})
}

/** What a bitfield holds; `layoutOf` lets nothing else be one. */
function scalarOf(field: FieldLayout): ScalarLayout {
  const { layout } = field
  if (
    layout.kind === "float" ||
    layout.kind === "array" ||
    layout.kind === "chars" ||
    layout.kind === "record"
  )
    throw new Error(`BUG: bitfield of layout ${layout.kind}`)
  return layout
}

/** Bytes that a bitfield touches. */
function spanOf(field: FieldLayout): number {
  return Math.ceil((field.bitShift + field.bitSize) / 8)
}

/** How far its bits are from the low end of the integer these bytes make; big-endian targets count from the top. */
function shiftOf(field: FieldLayout, little: boolean): bigint {
  return BigInt(little ? field.bitShift : spanOf(field) * 8 - field.bitShift - field.bitSize)
}

function listOf(value: BtfValue, layout: Layout, path: string): ArrayLike<BtfValue> {
  if (Array.isArray(value) || value instanceof Uint8Array) return value
  throw mismatch(
    path,
    value,
    layout.kind === "chars" ? `a string or bytes (${layout.name})` : `an array (${layout.name})`,
  )
}

/** A character as a number: `char` is signed on some targets and not on others, so both ranges are good. */
function charOf(value: BtfValue, path: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= -128 && value <= 255)
    return value & 0xff
  throw mismatch(path, value, "a character's number, -128 to 255")
}

function copy(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return new Uint8Array(bytes.subarray(at, at + length))
}

const strict = new TextDecoder("utf-8", { fatal: true })

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes)
    return true
  } catch {
    return false
  }
}

/** A member called __proto__ is a member like any other. */
function define(object: object, name: string, value: BtfValue): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
}

function mismatch(path: string, value: BtfValue, wanted: string): BtfError {
  return new BtfError(`${path}: ${show(value)} is not ${wanted}`)
}

function tooMany(path: string, value: BtfValue, count: number, layout: Layout): BtfError {
  return new BtfError(`${path}: ${show(value)} has ${count} elements, too many for ${layout.name}`)
}

/** The value as it was given, shortened. */
function show(value: unknown): string {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : typeof value === "bigint"
        ? `${value}n`
        : typeof value === "object" && value !== null
          ? `[${value.constructor?.name ?? "object"}]`
          : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
