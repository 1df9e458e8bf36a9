import { Random } from "../random-program.ts"

/** The data page as random programs see it: a context of pointers to packets, then room to read and write. */
export const DATA = 0x1_0000
/** Pairs of start and end: eight of 32 bits, and behind them, at 64, eight of 64 bits. */
export const CONTEXT = DATA
export const PACKETS = DATA + 0x400
export const PACKET_BYTES = 96
/** Where programs may read and write at will. */
export const ROOM = DATA + 0x1000
export const ROOM_BYTES = 0x1000
export const STACK = { base: 0x2_0000, size: 0x4000 }
export const MEMORY_BYTES = 0x3_0000

/** What memory holds before each run: random words, small numbers among them, and the context. */
export function initialMemory(seed: number): Uint8Array {
  const random = new Random(seed)
  const bytes = new Uint8Array(MEMORY_BYTES)
  const words = new Uint32Array(bytes.buffer)
  // The unused first 64 KiB are zeros, which loads there rely on.
  for (let index = DATA / 4; index < words.length; index++)
    words[index] = random.chance(4) ? random.below(16) : random.below(2 ** 32)
  const view = new DataView(bytes.buffer)
  for (let pair = 0; pair < 8; pair++) {
    const start = PACKETS + random.below(64)
    const end = start + (random.chance(6) ? 0 : random.below(PACKET_BYTES))
    view.setUint32(CONTEXT + pair * 8, start, true)
    view.setUint32(CONTEXT + pair * 8 + 4, end, true)
    view.setBigUint64(CONTEXT + 64 + pair * 16, BigInt(start), true)
    view.setBigUint64(CONTEXT + 64 + pair * 16 + 8, BigInt(end), true)
  }
  return bytes
}
