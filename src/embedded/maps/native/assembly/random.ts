import { RANDOM_STATE } from "../../../memory/shared-words"

/** The next 32 bits: xorshift, with Marsaglia's first triple. */
export function random(): u32 {
  let x = load<u32>(RANDOM_STATE)
  x ^= x << 13
  x ^= x >> 17
  x ^= x << 5
  store<u32>(RANDOM_STATE, x)
  return x
}
