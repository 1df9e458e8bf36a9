const BLOCK = 64

/**
 * Hashes a message as SHA-1 and SHA-256 do (FIPS 180-4, sections 5 and 6): padded to blocks of 64 bytes, each of which `addBlock`
 * adds to `state`, whose words are the digest, in big-endian order.
 */
export function hashBlocks(
  message: Uint8Array,
  state: Uint32Array,
  addBlock: (state: Uint32Array, view: DataView, at: number) => void,
): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / BLOCK) * BLOCK)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n)
  for (let at = 0; at < padded.length; at += BLOCK) addBlock(state, view, at)
  const digest = new DataView(new ArrayBuffer(state.byteLength))
  for (const [index, word] of state.entries()) digest.setUint32(index * 4, word)
  return new Uint8Array(digest.buffer)
}
