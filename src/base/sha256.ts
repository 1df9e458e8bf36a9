import { hashBlocks } from "./hash-blocks.ts"

const [WORDS, ROUNDS] = [16, 64]

/** The first 32 bits of the fraction of a root. */
function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32)
}

function primes(count: number): number[] {
  const found: number[] = []
  for (let number = 2; found.length < count; number++)
    if (found.every(prime => number % prime !== 0)) found.push(number)
  return found
}

/** What each round adds, and where the state starts: cube and square roots of the first primes. */
const CONSTANTS = Uint32Array.from(primes(ROUNDS), prime => fraction(Math.cbrt(prime)))
const START = Uint32Array.from(primes(8), prime => fraction(Math.sqrt(prime)))

/** SHA-256 of bytes (FIPS 180-4): 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const state = START.slice()
  return hashBlocks(message, state, addBlock)
}

function addBlock(state: Uint32Array, view: DataView, at: number): void {
  const words = new Uint32Array(ROUNDS)
  for (let index = 0; index < WORDS; index++) words[index] = view.getUint32(at + index * 4)
  for (let index = WORDS; index < ROUNDS; index++) {
    const [far, near] = [words[index - 15]!, words[index - 2]!]
    const first = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3)
    const second = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10)
    words[index] = words[index - 16]! + first + words[index - 7]! + second
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as Eight
  for (let round = 0; round < ROUNDS; round++) {
    const chosen = (e & f) ^ (~e & g)
    const added =
      h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + chosen + CONSTANTS[round]! + words[round]!
    const most = (a & b) ^ (a & c) ^ (b & c)
    const mixed = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + most
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + added) >>> 0, c, b, a, (added + mixed) >>> 0]
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = state[index]! + word
}

type Eight = [number, number, number, number, number, number, number, number]

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}
