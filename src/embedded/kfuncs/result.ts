/** What a kernel function that returns `int` or a narrower type leaves in r0: its caller finds the upper half clear. */
export function int(result: number): bigint {
  return BigInt.asUintN(32, BigInt(result))
}
