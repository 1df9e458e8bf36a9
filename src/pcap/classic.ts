import { type ByteReader, CaptureError } from "../base/index.ts"
import { type CapturedPacket, MAX_PACKET_BYTES, NANOSECONDS } from "./capture.ts"

/** How many nanoseconds the fraction of a time stamp counts, by a file's first word. */
export const CLASSIC_MAGIC: ReadonlyMap<number, bigint> = new Map([
  [0xa1b2_c3d4, 1000n],
  [0xa1b2_3c4d, 1n],
])

export const HEADER_BYTES = 24
export const RECORD_BYTES = 16
const HEADER = { major: 4, minor: 6, network: 20 } as const
const RECORD = { seconds: 0, fraction: 4, captured: 8, length: 12 } as const
const [MAJOR, MINOR] = [2, 4]
/** The upper bits say whether frames end in a checksum. */
const LINK_TYPE = 0x0fff_ffff

/** The packets of a file of libpcap's own format, one record after the other. */
export function classicPackets(reader: ByteReader, fractionUnit: bigint, name: string): CapturedPacket[] {
  reader.check(0, HEADER_BYTES)
  const [major, minor] = [reader.u16(HEADER.major), reader.u16(HEADER.minor)]
  if (major !== MAJOR || minor !== MINOR)
    throw new CaptureError(
      `${name}: offset ${HEADER.major}: version ${major}.${minor} of the format: files have ${MAJOR}.${MINOR}`,
    )
  const linkType = reader.u32(HEADER.network) & LINK_TYPE
  const packets: CapturedPacket[] = []
  for (let offset = HEADER_BYTES; offset < reader.length; ) {
    const captured = reader.u32(offset + RECORD.captured)
    checkCaptured(captured, offset + RECORD.captured, name)
    const fraction = BigInt(reader.u32(offset + RECORD.fraction)) * fractionUnit
    packets.push({
      time: BigInt(reader.u32(offset + RECORD.seconds)) * NANOSECONDS + fraction,
      bytes: reader.slice(offset + RECORD_BYTES, captured),
      length: reader.u32(offset + RECORD.length),
      linkType,
      offset,
    })
    offset += RECORD_BYTES + captured
  }
  return packets
}

/** Throws CaptureError for a length that no packet has. */
export function checkCaptured(captured: number, offset: number, name: string): void {
  if (captured > MAX_PACKET_BYTES)
    throw new CaptureError(
      `${name}: offset ${offset}: a packet of ${captured} bytes: captures have ${MAX_PACKET_BYTES} a packet at most`,
    )
}
