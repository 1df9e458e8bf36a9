import { CaptureError } from "../base/index.ts"
import { type CapturedPacket, LINKTYPE_ETHERNET } from "./capture.ts"

const ETHERNET_HEADER = 14
/** LINKTYPE_… that people meet, by number. */
const KNOWN: Readonly<Record<number, string>> = {
  0: "BSD loopback",
  101: "raw IP",
  105: "802.11",
  113: "Linux cooked",
  228: "raw IPv4",
  229: "raw IPv6",
  276: "Linux cooked, version 2",
}

/** What can come in on an Ethernet interface. */
export interface FrameOptions {
  readonly name: string
  /** Bytes behind the Ethernet header that an interface takes at most. */
  readonly mtu: number
}

/** The packets, when all of them are whole Ethernet frames that an interface takes. Throws CaptureError for the first that is not. */
export function ethernetFrames(
  packets: readonly CapturedPacket[],
  { name, mtu }: FrameOptions,
): readonly CapturedPacket[] {
  packets.forEach(({ bytes, length, linkType, offset }, index) => {
    const where = `${name}: packet ${index + 1} at offset ${offset}`
    if (linkType !== LINKTYPE_ETHERNET) throw ofOtherLink(where, linkType)
    if (bytes.length < length)
      throw new CaptureError(
        `${where}: ${bytes.length} of ${length} bytes were captured: what was cut off is unknown`,
        {
          hint: "capture whole packets: tcpdump -s 0",
        },
      )
    if (bytes.length < ETHERNET_HEADER)
      throw new CaptureError(`${where}: ${bytes.length} bytes: an Ethernet header has ${ETHERNET_HEADER}`)
    if (bytes.length > ETHERNET_HEADER + mtu)
      throw new CaptureError(
        `${where}: ${bytes.length} bytes: an interface with an MTU of ${mtu} takes ${ETHERNET_HEADER + mtu} at most`,
        {
          hint: "where it was captured, the card put segments together: ethtool -K INTERFACE gro off lro off",
        },
      )
  })
  return packets
}

function ofOtherLink(where: string, linkType: number): CaptureError {
  const known = KNOWN[linkType]
  const what = known === undefined ? `link type ${linkType}` : `link type ${linkType} (${known})`
  return new CaptureError(`${where}: ${what}: packets of link type 1 (Ethernet) are taken`, {
    hint: "capture on one interface, not on 'any' or on a tunnel: tcpdump -i eth0",
  })
}
