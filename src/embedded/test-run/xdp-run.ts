import { NotModelledError } from "../../base/index.ts"
import { CONTEXT_LAYOUTS } from "../../catalog/details.ts"
import {
  FRAME_STRUCT,
  fieldOffsets,
  isMetadataSize,
  mostMetadata,
  XDP_CONTEXT_BYTES,
  XdpContext,
} from "../packets/index.ts"
import { LOOPBACK, PAGE, SHARED_INFO } from "./machine.ts"
import { Refused, type RunHost, type RunKind, refuseIf } from "./run-kind.ts"
import { setWord, userContext, wordAt } from "./user-context.ts"
import { needsEthernet } from "./user-packet.ts"

export const LIVE_FRAMES = 2
const MAX_BATCH = 256
/** What a packet has before it (XDP_PACKET_HEADROOM). */
const HEADROOM = 256
/** Where the packet's page starts behind the context. */
const FRAME_AT = Math.ceil(XDP_CONTEXT_BYTES / 64) * 64
const FIELD = fieldOffsets("xdp_md")
const CONTEXT_BYTES = CONTEXT_LAYOUTS.xdp_md.size

/** BPF_PROG_TEST_RUN of XDP programs: one packet in a page of its own. */
export const XDP_RUN: RunKind = {
  slotBytes: () => FRAME_AT + PAGE,
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

  place(host, slot, input, { name }) {
    const { packet = new Uint8Array(0) } = input
    const context = userContext(input, CONTEXT_BYTES)
    const metadata = context ? checkContext(context, packet.length, host, name) : 0
    const frame = slot + FRAME_AT
    const meta = frame + HEADROOM - metadata
    const hardEnd = frame + PAGE - SHARED_INFO
    needsEthernet(packet)
    if (meta + packet.length > hardEnd)
      throw new NotModelledError(
        `prog '${name}': packets of more than ${hardEnd - meta} bytes, which are in pieces, are not modelled by the embedded kernel yet`,
      )
    host.memory.write(meta, packet)
    new XdpContext(host.memory, slot).write({
      start: frame,
      meta,
      data: meta + metadata,
      end: meta + packet.length,
      hardEnd,
      ingress: (context && wordAt(context, FIELD.ingress_ifindex)) || LOOPBACK,
      queue: 0,
    })
  },

  collect(host, slot, input) {
    const { data, meta, end } = new XdpContext(host.memory, slot)
    const context = userContext(input, CONTEXT_BYTES)
    if (context) {
      setWord(context, FIELD.data, data - meta)
      setWord(context, FIELD.data_end, end - meta)
    }
    return { packet: host.memory.read(meta, end - meta), ...(context && { context }) }
  },
}

/** Bytes of metadata that the context says the packet starts with. */
function checkContext(context: Uint8Array, length: number, host: RunHost, name: string): number {
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
  if (word("data_end") < length)
    throw new NotModelledError(
      `prog '${name}': packets in pieces, here of ${word("data_end")} and more bytes, are not modelled by the embedded kernel yet`,
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
