/** Register values that arithmetic gets wrong if it does: the ends of both widths, signs, carries, shift counts, patterns. */
export const EDGES = [
  0n,
  1n,
  2n,
  31n,
  32n,
  33n,
  63n,
  64n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x0123_4567_89ab_cdefn,
  0xdead_beef_cafe_babfn,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_8000_0000n,
  0xffff_ffff_ffff_ffffn,
] as const

/** As constants of an instruction, sign-extended where 64 bits are asked for. */
export const IMMEDIATES = [
  0, 1, 2, -1, -2, 7, 31, 32, 33, 63, 64, 127, -128, 255, 0x7fff, 0x1234_5678, 0x7fff_ffff, -0x8000_0000,
] as const

/** `0x1f`, `-0x80` */
export function hex(value: bigint | number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`
}
