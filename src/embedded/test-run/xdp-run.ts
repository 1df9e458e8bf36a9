import { concatBytes } from "../../base/index.ts"
import { CONTEXT_LAYOUTS } from "../../catalog/details.ts"
import {
  ETHERNET_BYTES,
  FRAGMENT_TABLE_BYTES,
  FRAME_STRUCT,
  fieldOffsets,
  isMetadataSize,
  MAX_FRAGMENTS,
  mostMetadata,
  XDP_CONTEXT_BYTES,
  XdpContext,
  XdpFragments,
} from "../packets/index.ts"
import { LOOPBACK, PAGE, SHARED_INFO } from "./machine.ts"
import { Refused, type RunHost, type RunKind, refuseIf } from "./run-kind.ts"
import { setWord, userContext, wordAt } from "./user-context.ts"
import { noHeader } from "./user-packet.ts"

export const LIVE_FRAMES = 2
const MAX_BATCH = 256
/** What a packet has before it (XDP_PACKET_HEADROOM). */
const HEADROOM = 256
/** Behind the context: the packet's page, the table of its fragments, and those, a page each. */
const FRAME_AT = Math.ceil(XDP_CONTEXT_BYTES / 64) * 64
const TABLE_AT = FRAME_AT + PAGE
const FRAGMENTS_AT = TABLE_AT + Math.ceil(FRAGMENT_TABLE_BYTES / 64) * 64
const FIELD = fieldOffsets("xdp_md")
const CONTEXT_BYTES = CONTEXT_LAYOUTS.xdp_md.size

/** BPF_PROG_TEST_RUN of XDP programs: one packet in a page of its own, and in fragments what does not fit. */
export const XDP_RUN: RunKind = {
  slotBytes: ({ packet, context }) => {
    const length = packet?.length ?? 0
    // Metadata leaves less room before the packet, and the caller may ask for a short first piece.
    const isInOnePiece = length <= PAGE - HEADROOM - SHARED_INFO && !context
    return isInOnePiece
      ? TABLE_AT
      : FRAGMENTS_AT + (Math.min(Math.ceil(length / PAGE), MAX_FRAGMENTS) + 1) * PAGE
  },
  isFresh: false,
  isTimed: true,

  check({ flags = 0, batchSize = 0, context, packetRoom, contextRoom }) {
    refuseIf((flags & ~LIVE_FRAMES) !== 0, "EINVAL", `flags ${flags}`)
    if ((flags & LIVE_FRAMES) === 0) {
      refuseIf(batchSize > 0, "EINVAL", "a batch size goes with live frames only")
      return
    }
    refuseIf(batchSize > MAX_BATCH, "E2BIG", `a batch has ${MAX_BATCH} packets at most`)
    refuseIf(context && (packetRoom !== 0 || contextRoom !== 0), "EINVAL", "live frames do not come back")
  },

  place(host, slot, input) {
    const { packet = new Uint8Array(0) } = input
    const context = userContext(input, CONTEXT_BYTES)
    const metadata = context ? checkContext(context, packet.length, host) : 0
    const frame = slot + FRAME_AT
    const meta = frame + HEADROOM - metadata
    const hardEnd = frame + PAGE - SHARED_INFO
    refuseIf(packet.length - metadata < ETHERNET_BYTES, "EINVAL", noHeader(packet.length - metadata))
    const wanted = context ? wordAt(context, FIELD.data_end) : packet.length
    const linear = Math.min(wanted, hardEnd - meta)
    host.memory.write(meta, packet.subarray(0, linear))
    placeFragments(host, slot, packet.subarray(linear))
    new XdpContext(host.memory, slot).write({
      start: frame,
      meta,
      data: meta + metadata,
      end: meta + linear,
      hardEnd,
      ingress: (context && wordAt(context, FIELD.ingress_ifindex)) || LOOPBACK,
      queue: 0,
      ...(linear < packet.length && { fragments: slot + TABLE_AT }),
    })
  },

  collect(host, slot, input) {
    const { data, meta, end, fragments } = new XdpContext(host.memory, slot)
    const context = userContext(input, CONTEXT_BYTES)
    if (context) {
      setWord(context, FIELD.data, data - meta)
      setWord(context, FIELD.data_end, end - meta)
    }
    const pieces = [{ address: meta, size: end - meta }, ...(fragments?.pieces() ?? [])]
    const packet = concatBytes(pieces.map(({ address, size }) => host.memory.read(address, size)))
    return { packet, ...(context && { context }) }
  },
}

function placeFragments({ memory }: RunHost, slot: number, rest: Uint8Array): void {
  refuseIf(
    rest.length > MAX_FRAGMENTS * PAGE,
    "ENOMEM",
    `a packet has ${MAX_FRAGMENTS} fragments of a page at most`,
  )
  const fragments = new XdpFragments(memory, slot + TABLE_AT)
  for (let at = 0; at < rest.length; at += PAGE) {
    const bytes = rest.subarray(at, at + PAGE)
    const address = slot + FRAGMENTS_AT + at
    memory.write(address, bytes)
    fragments.add({ address, size: bytes.length }, PAGE)
  }
}

/** Bytes of metadata that the context says the packet starts with. */
function checkContext(context: Uint8Array, length: number, host: RunHost): number {
  const most = mostMetadata(release => host.since(release))
  const word = (field: keyof typeof FIELD): number => wordAt(context, FIELD[field])
  const metadata = word("data")
  refuseIf(word("data_meta") !== 0, "EINVAL", "data_meta has to be 0: data counts from it")
  refuseIf(word("data_end") > length, "EINVAL", `data_end is ${word("data_end")}, of ${length} bytes`)
  refuseIf(metadata > word("data_end"), "EINVAL", `data is ${metadata}, past the end`)
  refuseIf(
    !isMetadataSize(metadata, Math.min(most, HEADROOM - FRAME_STRUCT)),
    "EINVAL",
    `metadata has whole words, at most ${most} bytes, and ${FRAME_STRUCT} bytes before it`,
  )
  refuseIf(word("egress_ifindex") !== 0, "EINVAL", "egress_ifindex has to be 0")
  checkDevice(host, word("ingress_ifindex"), word("rx_queue_index"))
  return metadata
}

/** Devices have one queue. */
function checkDevice(host: RunHost, index: number, queue: number): void {
  if (index !== 0 && !host.hasDevice(index)) throw new Refused("ENODEV", `there is no interface ${index}`)
  refuseIf(
    queue !== 0,
    "EINVAL",
    index === 0 ? "a queue goes with a device" : `the device has no queue ${queue}`,
  )
}
