/** The index after that of a key, in an array of `count`; the first for undefined and for what is no index. */
export function nextIndex(key: Uint8Array | undefined, count: number): Uint8Array | undefined {
  const index = key && numberAt(key)
  const next = index === undefined || index >= count ? 0 : index + 1
  return next < count ? new Uint8Array(Uint32Array.of(next).buffer) : undefined
}

/** The first four bytes as a number, little-endian; what is shorter is filled with zeros. */
export function numberAt(bytes: Uint8Array): number {
  const four = new Uint8Array(4)
  four.set(bytes.subarray(0, 4))
  return new DataView(four.buffer).getUint32(0, true)
}
