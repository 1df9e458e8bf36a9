import { CaptureError } from "../base/index.ts"
import { NANOSECONDS } from "./capture.ts"
import { type BlockBody, checkBody } from "./pcapng-block.ts"

/** What a section says of one interface. */
export interface CaptureInterface {
  readonly linkType: number
  /** 0: packets are whole. */
  readonly snapLength: number
  readonly ticksPerSecond: bigint
  /** Nanoseconds that time stamps count from. */
  readonly startTime: bigint
}

const [END, RESOLUTION, OFFSET] = [0, 9, 14]
/** Microseconds, where nothing is told. */
const USUAL_RESOLUTION = 6
/** Set where the resolution is a power of 2, not of 10; what is left is its negative exponent. */
const BINARY = 0x80
const MOST_DIGITS = 18

/** An Interface Description Block: link type, snapshot length, and the options about time. */
export function readInterface(body: BlockBody): CaptureInterface {
  const { reader, start, end, name } = body
  checkBody(body, 8)
  const device = { linkType: reader.u16(start), snapLength: reader.u32(start + 4) }
  let [resolution, seconds] = [USUAL_RESOLUTION, 0n]
  for (let at = start + 8; at + 4 <= end; ) {
    const [code, length] = [reader.u16(at), reader.u16(at + 2)]
    const value = at + 4
    if (code === END) break
    if (value + length > end)
      throw new CaptureError(`${name}: offset ${at}: an option of ${length} bytes leaves its block`)
    if (code === RESOLUTION && length >= 1) resolution = checkedResolution(reader.u8(value), value, name)
    if (code === OFFSET && length >= 8) seconds = reader.s64(value)
    at = value + Math.ceil(length / 4) * 4
  }
  const isBinary = (resolution & BINARY) !== 0
  const ticksPerSecond = isBinary ? 1n << BigInt(resolution & ~BINARY) : 10n ** BigInt(resolution)
  return { ...device, ticksPerSecond, startTime: seconds * NANOSECONDS }
}

function checkedResolution(resolution: number, offset: number, name: string): number {
  if ((resolution & ~BINARY) > ((resolution & BINARY) !== 0 ? 63 : MOST_DIGITS))
    throw new CaptureError(
      `${name}: offset ${offset}: time stamps of resolution ${resolution}: a power of 10 up to ${MOST_DIGITS}, or of 2 up to 63`,
    )
  return resolution
}
