/** The Internet checksum (RFC 1071) of bytes, on top of a sum so far: 16 bits, not yet inverted. */
export function sumOf(bytes: Uint8Array, start = 0): number {
  let sum = start
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000)
  return sum
}

/** What goes into a header whose checksum field is zero; over a right one it gives 0. */
export function checksumOf(bytes: Uint8Array, start = 0): number {
  return ~sumOf(bytes, start) & 0xffff
}

/** The sum of the header that UDP, TCP and ICMPv6 count besides their own (RFC 9293, RFC 8200). */
export function pseudoHeaderSum(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): number {
  return sumOf(destination, sumOf(source, protocol + length))
}
