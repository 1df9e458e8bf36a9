import { hashBlocks } from "./hash-blocks.ts"

const [WORDS, ROUNDS] = [16, 80]
/** What each twenty of the eighty rounds add. */
const CONSTANTS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6] as const

/** SHA-1 of bytes (FIPS 180-4): 20 bytes. The kernel's tags are made with it. */
export function sha1(message: Uint8Array): Uint8Array {
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  return hashBlocks(message, state, addBlock)
}

function addBlock(state: Uint32Array, view: DataView, at: number): void {
  const words = new Uint32Array(ROUNDS)
  for (let index = 0; index < WORDS; index++) words[index] = view.getUint32(at + index * 4)
  for (let index = WORDS; index < ROUNDS; index++)
    words[index] = rotate(words[index - 3]! ^ words[index - 8]! ^ words[index - 14]! ^ words[index - 16]!, 1)
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number]
  for (let round = 0; round < ROUNDS; round++) {
    const part = Math.floor(round / 20)
    const mixed = part === 0 ? (b & c) | (~b & d) : part === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d
    const next = (rotate(a, 5) + mixed + e + CONSTANTS[part]! + words[round]!) >>> 0
    e = d
    d = c
    c = rotate(b, 30)
    b = a
    a = next
  }
  for (const [index, word] of [a, b, c, d, e].entries()) state[index] = state[index]! + word
}

function rotate(word: number, bits: number): number {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0
}
