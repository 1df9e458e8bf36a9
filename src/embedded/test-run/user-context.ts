import { type Input, refuseIf } from "./run-kind.ts"

/**
 * The caller's context at its full size: a shorter one ends in zeros, and a longer one is that of a later kernel, which must
 * hold zeros where this one has nothing. Undefined when there is none.
 */
export function userContext({ context }: Input, size: number): Uint8Array | undefined {
  if (!context?.length) return undefined
  refuseIf(
    !isZero(context, size),
    "E2BIG",
    `a context of ${context.length} bytes holds more than the ${size} that are known`,
  )
  const bytes = new Uint8Array(size)
  bytes.set(context.subarray(0, size))
  return bytes
}

export function isZero(bytes: Uint8Array, from = 0, to = bytes.length): boolean {
  return bytes.subarray(from, to).every(byte => byte === 0)
}

/** A word of the context. */
export function wordAt(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true)
}

export function setWord(bytes: Uint8Array, offset: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(offset, value, true)
}
