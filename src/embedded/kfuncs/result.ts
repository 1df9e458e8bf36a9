/** What a kernel function that returns `int` or a narrower type leaves in r0: x86 clears the upper half. */
export function int(result: number): bigint {
  return BigInt.asUintN(32, BigInt(result))
}
