import type { KernelObject, KernelTypes } from "../memory/index.ts"

/** What an iterator's program writes to: a `struct seq_file` with a buffer of eight pages. */
export interface Sequence {
  readonly object: KernelObject
  /** Bytes written; as many as there is room for means that there was not enough. */
  readonly count: number
  readonly isFull: boolean
  /** False when there is no room; the buffer then counts as full. */
  write(bytes: Uint8Array): boolean
  /** Takes back what was written behind the first `count` bytes. */
  cut(count: number): void
  /** Everything written so far, and an empty buffer. */
  take(): Uint8Array
  free(): void
}

const BUFFER = 8 * 4096

/** Text leaves room for a NUL, bytes do not: both as Linux has it. */
export function openSequence(types: KernelTypes): Sequence {
  const object = types.create("seq_file", { size: BUFFER })
  let parts: Uint8Array[] = []
  let count = 0
  const setCount = (value: number): void => {
    count = value
    object.set("count", value)
  }
  return {
    object,
    get count() {
      return count
    },
    get isFull() {
      return count >= BUFFER
    },
    write(bytes) {
      const fits = count + bytes.length < BUFFER
      if (fits) parts.push(bytes)
      setCount(fits ? count + bytes.length : BUFFER)
      return fits
    },
    cut(wanted) {
      const kept = joined(parts).subarray(0, wanted)
      parts = [kept]
      setCount(kept.length)
    },
    take() {
      const bytes = joined(parts)
      parts = []
      setCount(0)
      return bytes
    },
    free: () => object.free(),
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
