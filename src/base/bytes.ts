/** Makes the error for a read that leaves its buffer: `message` says which read, at which offset, of how many bytes. */
export type OutOfBounds = (message: string) => Error

/**
 * Bounds-checked reads from a byte buffer in a chosen byte order. Every decoder of files reads through it, so
 * truncated input ends in the caller's typed error, never in a RangeError.
 */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly littleEndian: boolean
  readonly #view: DataView
  readonly #label: string
  readonly #error: OutOfBounds

  /** `label` names the buffer in messages, such as "section .BTF". */
  constructor(bytes: Uint8Array, label: string, littleEndian: boolean, error: OutOfBounds) {
    this.bytes = bytes
    this.littleEndian = littleEndian
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#label = label
    this.#error = error
  }

  get length(): number {
    return this.bytes.length
  }

  u8(offset: number): number {
    this.check(offset, 1)
    return this.#view.getUint8(offset)
  }

  u16(offset: number): number {
    this.check(offset, 2)
    return this.#view.getUint16(offset, this.littleEndian)
  }

  s16(offset: number): number {
    this.check(offset, 2)
    return this.#view.getInt16(offset, this.littleEndian)
  }

  u32(offset: number): number {
    this.check(offset, 4)
    return this.#view.getUint32(offset, this.littleEndian)
  }

  s32(offset: number): number {
    this.check(offset, 4)
    return this.#view.getInt32(offset, this.littleEndian)
  }

  u64(offset: number): bigint {
    this.check(offset, 8)
    return this.#view.getBigUint64(offset, this.littleEndian)
  }

  s64(offset: number): bigint {
    this.check(offset, 8)
    return this.#view.getBigInt64(offset, this.littleEndian)
  }

  /** A view (not a copy) of `length` bytes. */
  slice(offset: number, length: number): Uint8Array {
    this.check(offset, length)
    return this.bytes.subarray(offset, offset + length)
  }

  /** The NUL-terminated string at `offset`; an unterminated one is out of bounds. */
  cstring(offset: number): string {
    this.check(offset, 1)
    const end = this.bytes.indexOf(0, offset)
    if (end < 0) throw this.#error(`${this.#label}: string at offset ${offset} has no terminating NUL`)
    return decodeUtf8(this.bytes.subarray(offset, end))
  }

  /** Throws the caller's error unless `length` bytes stand at `offset`. */
  check(offset: number, length: number): void {
    if (offset >= 0 && length >= 0 && offset + length <= this.bytes.length) return
    throw this.#error(
      `${this.#label}: ${length} bytes at offset ${offset} leave the ${this.bytes.length} bytes there are`,
    )
  }
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Lower-case hex, two digits a byte, with `separator` between bytes. */
export function toHex(bytes: Uint8Array, separator = ""): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join(separator)
}

/** The smallest multiple of `alignment` (a power of two) that is at least `value`. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment
}

/** The bytes of all parts in a row. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
