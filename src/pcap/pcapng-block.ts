import { type ByteReader, CaptureError } from "../base/index.ts"

/** A block's type and length before its body, and the length again behind. */
export const [BEFORE, BEHIND] = [8, 4]

/** What a block holds between its lengths. */
export interface BlockBody {
  readonly reader: ByteReader
  readonly start: number
  readonly end: number
  readonly name: string
}

/** Blocks have whole words, and say their length at both ends. */
export function blockLength(reader: ByteReader, offset: number, name: string): number {
  const length = reader.u32(offset + 4)
  if (length < BEFORE + BEHIND || length % 4 !== 0)
    throw new CaptureError(
      `${name}: offset ${offset + 4}: a block of ${length} bytes: blocks have whole words, and ${BEFORE + BEHIND} bytes at least`,
    )
  reader.check(offset, length)
  const again = reader.u32(offset + length - BEHIND)
  if (again !== length)
    throw new CaptureError(
      `${name}: offset ${offset + length - BEHIND}: a block ends with the length ${again}, it began with ${length}`,
    )
  return length
}

/** Throws CaptureError for a block that is too short for what its type has. */
export function checkBody({ start, end, name }: BlockBody, bytes: number): void {
  if (end - start < bytes)
    throw new CaptureError(
      `${name}: offset ${start}: a block with ${end - start} bytes in it: its type has ${bytes} at least`,
    )
}
