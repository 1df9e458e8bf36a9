import { type ByteReader, CaptureError } from "../base/index.ts"
import { type CapturedPacket, NANOSECONDS } from "./capture.ts"
import { checkCaptured } from "./classic.ts"
import { BEFORE, BEHIND, type BlockBody, blockLength, checkBody } from "./pcapng-block.ts"
import { type CaptureInterface, readInterface } from "./pcapng-interface.ts"

/** Types of blocks (draft-ietf-opsawg-pcapng); the first reads the same in both byte orders. */
export const SECTION_HEADER = 0x0a0d_0d0a
const [INTERFACE, SIMPLE_PACKET, ENHANCED_PACKET] = [1, 3, 6]
const BYTE_ORDER_MAGIC = 0x1a2b_3c4d
const MAJOR = 1

/** The packets of a pcapng file; blocks that are no packets are passed over. Those without time stamps get the time before them. */
export function pcapngPackets(
  inOrder: (littleEndian: boolean) => ByteReader,
  name: string,
): CapturedPacket[] {
  const packets: CapturedPacket[] = []
  let reader = inOrder(true)
  let interfaces: CaptureInterface[] = []
  for (let offset = 0; offset < reader.length; ) {
    if (reader.u32(offset) === SECTION_HEADER) {
      reader = readerOfSection(inOrder, offset, name)
      interfaces = []
    }
    const length = blockLength(reader, offset, name)
    const body = { reader, start: offset + BEFORE, end: offset + length - BEHIND, name }
    switch (reader.u32(offset)) {
      case INTERFACE:
        interfaces.push(readInterface(body))
        break
      case ENHANCED_PACKET:
        packets.push(enhancedPacket(body, interfaces))
        break
      case SIMPLE_PACKET:
        packets.push(simplePacket(body, interfaces, packets.at(-1)?.time ?? 0n))
        break
    }
    offset += length
  }
  return packets
}

/** Each section has its own byte order. */
function readerOfSection(
  inOrder: (littleEndian: boolean) => ByteReader,
  offset: number,
  name: string,
): ByteReader {
  const reader = [inOrder(true), inOrder(false)].find(
    reader => reader.u32(offset + BEFORE) === BYTE_ORDER_MAGIC,
  )
  if (!reader)
    throw new CaptureError(`${name}: offset ${offset + BEFORE}: a section's byte order is told by 1a2b3c4d`)
  const major = reader.u16(offset + BEFORE + 4)
  if (major !== MAJOR)
    throw new CaptureError(
      `${name}: offset ${offset + BEFORE + 4}: version ${major} of pcapng: files have ${MAJOR}`,
    )
  return reader
}

function enhancedPacket(body: BlockBody, interfaces: readonly CaptureInterface[]): CapturedPacket {
  const { reader, start, name } = body
  checkBody(body, 20)
  const device = interfaceOf(interfaces, reader.u32(start), start, name)
  const ticks = (BigInt(reader.u32(start + 4)) << 32n) | BigInt(reader.u32(start + 8))
  return {
    time: device.startTime + (ticks * NANOSECONDS) / device.ticksPerSecond,
    bytes: capturedBytes(body, start + 20, reader.u32(start + 12), start + 12),
    length: reader.u32(start + 16),
    linkType: device.linkType,
    offset: start - BEFORE,
  }
}

/** Of the first interface, as much as its snapshot length lets through. */
function simplePacket(
  body: BlockBody,
  interfaces: readonly CaptureInterface[],
  time: bigint,
): CapturedPacket {
  const { reader, start, name } = body
  checkBody(body, 4)
  const { linkType, snapLength } = interfaceOf(interfaces, 0, start, name)
  const length = reader.u32(start)
  const captured = snapLength === 0 ? length : Math.min(length, snapLength)
  return {
    time,
    bytes: capturedBytes(body, start + 4, captured, start),
    length,
    linkType,
    offset: start - BEFORE,
  }
}

function interfaceOf(
  interfaces: readonly CaptureInterface[],
  index: number,
  offset: number,
  name: string,
): CaptureInterface {
  const found = interfaces[index]
  if (!found)
    throw new CaptureError(
      `${name}: offset ${offset}: a packet of interface ${index}: the section has described ${interfaces.length}`,
    )
  return found
}

function capturedBytes(
  { reader, end, name }: BlockBody,
  from: number,
  captured: number,
  at: number,
): Uint8Array {
  checkCaptured(captured, at, name)
  if (from + captured > end)
    throw new CaptureError(
      `${name}: offset ${at}: a packet of ${captured} bytes in a block that has ${end - from} for it`,
    )
  return reader.slice(from, captured)
}
