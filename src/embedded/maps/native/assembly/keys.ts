const FACTOR: u64 = 0x9e3779b97f4a7c15
const LONG_FACTOR: u64 = 0xd6e8feb86659fd93

/** A word as 32 bits that are well mixed at the top, which buckets are chosen by. */
export function hashWord(word: u64): u32 {
  const mixed = (word ^ (word >>> 32)) * FACTOR
  return <u32>(mixed >>> 32) ^ <u32>mixed
}

export function hashKey(key: u32, size: u32): u32 {
  if (size === 8) return hashWord(load<u64>(key))
  return size < 8 ? hashWord(shortKey(key, size)) : hashLong(key, size)
}

/** A key of less than 8 bytes as a word: equal for equal keys only. Parts of it may stand there twice. */
export function shortKey(key: u32, size: u32): u64 {
  if (size >= 4) return <u64>load<u32>(key) | ((<u64>load<u32>(key + size - 4)) << ((size - 4) << 3))
  return (
    <u64>load<u8>(key) | ((<u64>load<u8>(key + (size >>> 1))) << 8) | ((<u64>load<u8>(key + size - 1)) << 16)
  )
}

/** The last word overlaps the one before, so that all bytes count. */
function hashLong(key: u32, size: u32): u32 {
  const last = key + size - 8
  let hash: u64 = size
  for (let at = key; at < last; at += 8) hash = mix(hash, load<u64>(at))
  return hashWord(mix(hash, load<u64>(last)))
}

function mix(hash: u64, word: u64): u64 {
  const mixed = (rotl<u64>(hash, 23) ^ word) * LONG_FACTOR
  return mixed ^ (mixed >>> 29)
}

/** True for equal keys of 8 or more bytes. */
export function sameLong(a: u32, b: u32, size: u32): bool {
  const last = size - 8
  for (let at: u32 = 0; at < last; at += 8) if (load<u64>(a + at) !== load<u64>(b + at)) return false
  return load<u64>(a + last) === load<u64>(b + last)
}
