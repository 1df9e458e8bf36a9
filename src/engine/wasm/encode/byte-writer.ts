/** Bytes that grow, with the integers of the WebAssembly binary format (LEB128). */
export class ByteWriter {
  #bytes = new Uint8Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = value
  }

  bytes(values: Uint8Array): void {
    this.#grow(values.length)
    this.#bytes.set(values, this.#length)
    this.#length += values.length
  }

  /** Another writer's bytes, without a copy in between. */
  append(other: ByteWriter): void {
    this.bytes(other.#bytes.subarray(0, other.#length))
  }

  /** Unsigned, below 2^32. */
  u32(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.byte(rest)
  }

  /** Signed, 32 bits. */
  s32(value: number): void {
    let rest = value
    for (;;) {
      const low = rest & 0x7f
      rest >>= 7
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.byte(low)
        return
      }
      this.byte(low | 0x80)
    }
  }

  /** Signed, as far as numbers are exact: much quicker than `s64`. */
  s53(value: number): void {
    let rest = value
    for (;;) {
      const next = Math.floor(rest / 0x80)
      const low = rest - next * 0x80
      rest = next
      if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) {
        this.byte(low)
        return
      }
      this.byte(low | 0x80)
    }
  }

  /** Signed, 64 bits. */
  s64(value: bigint): void {
    let rest = BigInt.asIntN(64, value)
    if (rest >= -0x8000_0000n && rest < 0x8000_0000n) {
      this.s32(Number(rest))
      return
    }
    for (;;) {
      const low = Number(rest & 0x7fn)
      rest >>= 7n
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        this.byte(low)
        return
      }
      this.byte(low | 0x80)
    }
  }

  /** UTF-8 with its length in front; names here are ASCII. */
  name(text: string): void {
    this.u32(text.length)
    for (let index = 0; index < text.length; index++) this.byte(text.charCodeAt(index))
  }

  #grow(count: number): void {
    const wanted = this.#length + count
    if (wanted <= this.#bytes.length) return
    const bytes = new Uint8Array(Math.max(wanted, this.#bytes.length * 2))
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
  }
}
