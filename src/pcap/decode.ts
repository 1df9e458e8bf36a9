import { ByteReader, CaptureError } from "../base/index.ts"
import type { CapturedPacket } from "./capture.ts"
import { CLASSIC_MAGIC, classicPackets } from "./classic.ts"
import { pcapngPackets, SECTION_HEADER } from "./pcapng.ts"

/**
 * The packets of a capture file in their order: libpcap's format in both byte orders, with micro- or nanoseconds, or pcapng. `name`
 * is the file's in errors. Throws CaptureError for what breaks the format, with the offset and the rule.
 */
export function readCapture(bytes: Uint8Array, { name }: { readonly name: string }): CapturedPacket[] {
  const reader = (littleEndian: boolean): ByteReader =>
    new ByteReader(bytes, name, littleEndian, message => new CaptureError(message))
  const [little, big] = [reader(true), reader(false)]
  const magic = little.u32(0)
  if (magic === SECTION_HEADER) return pcapngPackets(reader, name)
  const littleResolution = CLASSIC_MAGIC.get(magic)
  if (littleResolution) return classicPackets(little, littleResolution, name)
  const bigResolution = CLASSIC_MAGIC.get(big.u32(0))
  if (bigResolution) return classicPackets(big, bigResolution, name)
  throw new CaptureError(
    `${name}: offset 0: a capture starts with a1b2c3d4, a1b23c4d or 0a0d0d0a, not with ${big.u32(0).toString(16).padStart(8, "0")}`,
    { hint: "it takes files that tcpdump -w and Wireshark write" },
  )
}
