import { FRAME_POINTER, REGISTER_COUNT } from "../isa/index.ts"

/**
 * r0 … r10 of one function as views on the same bytes: storing to `u64` wraps, `low` and `signedLow` are the
 * 32-bit halves (index 2n; 2n + 1 is the upper half). Typed arrays are little-endian on every host of WebAssembly.
 */
export class RegisterFile {
  readonly u64: BigUint64Array
  readonly s64: BigInt64Array
  readonly u32: Uint32Array

  constructor() {
    const bytes = new ArrayBuffer(REGISTER_COUNT * 8)
    this.u64 = new BigUint64Array(bytes)
    this.s64 = new BigInt64Array(bytes)
    this.u32 = new Uint32Array(bytes)
  }

  /** As a program starts: r1 and r10 alone have values. */
  keepForTailCall(): void {
    this.u64[0] = 0n
    this.u64.fill(0n, 2, FRAME_POINTER)
  }

  /** The low 32 bits, unsigned. */
  low(register: number): number {
    return this.u32[register * 2]!
  }

  /** Sets the low 32 bits to those of `value` and the upper ones to zero. */
  setLow(register: number, value: number): void {
    this.u32[register * 2] = value
    this.u32[register * 2 + 1] = 0
  }

  /** Sets all 64 bits from a number of at most 32 signed bits. */
  setSigned(register: number, value: number): void {
    this.u32[register * 2] = value
    this.u32[register * 2 + 1] = value < 0 ? -1 : 0
  }

  /**
   * Register plus offset, wrapped to 64 bits, as a number: exact below 2^53, above it only surely too large.
   * A negative number stands for a wrap below zero.
   */
  address(base: number, offset: number): number {
    if (this.u32[base * 2 + 1] === 0) return this.u32[base * 2]! + offset
    return Number(this.exactAddress(base, offset))
  }

  exactAddress(base: number, offset: number): bigint {
    return BigInt.asUintN(64, this.u64[base]! + BigInt(offset))
  }
}
