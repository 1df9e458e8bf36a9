/** Numbers as logs print them: small ones in decimal, others in hexadecimal without sign. */
export function signedText(value: bigint): string {
  if (value >= -32768n && value <= 32767n) return value.toString()
  return `0x${BigInt.asUintN(64, value).toString(16)}`
}

export function unsignedText(value: bigint): string {
  return value <= 65535n ? value.toString() : `0x${value.toString(16)}`
}
