/** From here on memory.copy is quicker than words one by one. */
const LONG: u32 = 128

/** Copies forward; equal addresses are fine. */
export function copyBytes(to: u32, from: u32, size: u32): void {
  if (size >= LONG) {
    memory.copy(to, from, size)
    return
  }
  let at: u32 = 0
  for (; at + 8 <= size; at += 8) store<u64>(to + at, load<u64>(from + at))
  if (size & 4) {
    store<u32>(to + at, load<u32>(from + at))
    at += 4
  }
  for (; at < size; at++) store<u8>(to + at, load<u8>(from + at))
}

/** Clears whole words: `size` is a multiple of 8. */
export function clearWords(at: u32, size: u32): void {
  if (size >= LONG) memory.fill(at, 0, size)
  else for (let end = at + size; at < end; at += 8) store<u64>(at, 0)
}
