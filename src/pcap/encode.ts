import { CaptureError, concatBytes } from "../base/index.ts"
import { type CapturedPacket, LINKTYPE_ETHERNET, MAX_PACKET_BYTES, NANOSECONDS } from "./capture.ts"
import { HEADER_BYTES, RECORD_BYTES } from "./classic.ts"

const NANOSECOND_MAGIC = 0xa1b2_3c4d
const VERSION = { major: 2, minor: 4 } as const
const MOST_SECONDS = 0xffff_ffffn

/**
 * A file of libpcap's format, little endian with nanoseconds, of whole Ethernet frames. Throws CaptureError for packets that are too
 * long, and for times that the format cannot tell.
 */
export function writeCapture(packets: readonly Pick<CapturedPacket, "time" | "bytes">[]): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setUint32(0, NANOSECOND_MAGIC, true)
  view.setUint16(4, VERSION.major, true)
  view.setUint16(6, VERSION.minor, true)
  view.setUint32(16, MAX_PACKET_BYTES, true)
  view.setUint32(20, LINKTYPE_ETHERNET, true)
  return concatBytes([header, ...packets.flatMap(packet => [record(packet), packet.bytes])])
}

function record({ time, bytes }: Pick<CapturedPacket, "time" | "bytes">): Uint8Array {
  const seconds = time / NANOSECONDS
  if (time < 0n || seconds > MOST_SECONDS)
    throw new CaptureError(
      `a packet ${seconds} seconds after 1970: captures tell times up to ${MOST_SECONDS}`,
    )
  if (bytes.length > MAX_PACKET_BYTES)
    throw new CaptureError(`a packet of ${bytes.length} bytes: captures have ${MAX_PACKET_BYTES} at most`)
  const view = new DataView(new ArrayBuffer(RECORD_BYTES))
  view.setUint32(0, Number(seconds), true)
  view.setUint32(4, Number(time % NANOSECONDS), true)
  view.setUint32(8, bytes.length, true)
  view.setUint32(12, bytes.length, true)
  return new Uint8Array(view.buffer)
}
