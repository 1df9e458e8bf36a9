/**
 * A tristate number: of each bit it is known to be 0, known to be 1, or unknown. Stands for every x with
 * `(x & ~mask) === value`; both are unsigned and share no bit. Inside a scalar it is four words (bits.ts).
 */
export interface Tnum {
  readonly value: bigint
  readonly mask: bigint
}

export function tnum(value: bigint, mask: bigint): Tnum {
  return { value, mask }
}

/** As logs before 6.8 have it: "(0x2; 0x0)". */
export function formatTnumPair({ value, mask }: Tnum): string {
  return `(0x${value.toString(16)}; 0x${mask.toString(16)})`
}

/** As logs have it: "(0x0; 0xff)", or the number that it is. */
export function formatTnum({ value, mask }: Tnum): string {
  if (mask === 0n) {
    const signed = BigInt.asIntN(64, value)
    if (value <= 65535n) return value.toString()
    return signed >= -32768n && signed < 0n ? signed.toString() : `0x${value.toString(16)}`
  }
  return `(0x${value.toString(16)}; 0x${mask.toString(16)})`
}
