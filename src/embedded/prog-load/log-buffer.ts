import { isSince, type Release } from "../../catalog/index.ts"

/** The log that a load asks for: level bits and the size of the caller's buffer. */
export interface LogRequest {
  /** 1 errors and states at jumps, 2 every instruction, 4 statistics. */
  readonly level: number
  /** In bytes, with the NUL at the end; 0 for no buffer. */
  readonly size: number
}

const LEVELS = 1 | 2 | 4
/** Keeps the beginning of a log that is too long, as every log did before. */
const FIXED = 8
const FIXED_SINCE = "6.4"
const MOST_BYTES = 0xffff_ffff >>> 2
const LEAST_BYTES_BEFORE = 128

/** Whether the kernel takes these log attributes; it refuses others with EINVAL. */
export function isLogValid({ level, size }: LogRequest, release: Release): boolean {
  if (!isSince(FIXED_SINCE, release)) {
    if (level === 0 && size === 0) return true
    return size >= LEAST_BYTES_BEFORE && size <= MOST_BYTES && level !== 0 && (level & ~LEVELS) === 0
  }
  return !(size > 0 && level === 0) && (level & ~(LEVELS | FIXED)) === 0 && size <= MOST_BYTES
}

/** What of a log fits into its buffer: newer kernels keep the end. `isFull` makes the load fail with ENOSPC. */
export function intoBuffer(
  text: string,
  { level, size }: LogRequest,
  release: Release,
): { readonly log: string; readonly isFull: boolean } {
  if (level === 0 || size === 0) return { log: "", isFull: false }
  const room = size - 1
  const isOld = !isSince(FIXED_SINCE, release)
  // The older kernels take a buffer without room to spare for a full one.
  const isFull = isOld ? text.length >= room : text.length > room
  const keepsEnd = !isOld && (level & FIXED) === 0
  const log = keepsEnd ? text.slice(Math.max(0, text.length - room)) : text.slice(0, room)
  return { log, isFull }
}
