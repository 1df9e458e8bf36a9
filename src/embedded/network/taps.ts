import type { KernelCore } from "../core.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { TRACE_FLAGS } from "../tracing/trace-flags.ts"
import type { NetDevice } from "./device.ts"
import { ETH_P_ALL } from "./headers.ts"
import type { NetNamespace } from "./namespace.ts"
import { PACKET, type PacketOwner, type Skb } from "./skb.ts"

/** A copy of a frame for who listens. */
export interface TappedFrame {
  /** As much of it as the filter keeps. */
  readonly bytes: Uint8Array
  /** Bytes that there were. */
  readonly length: number
  readonly device: NetDevice
  /** pkt_type: for this host, broadcast …, or outgoing. */
  readonly packetType: number
  /** EtherType. */
  readonly protocol: number
  /** The link-layer address of the sender. */
  readonly sender: Uint8Array
  /** What stands beside the frame: the EtherType of a tag, and what it says. */
  readonly tag?: { readonly protocol: number; readonly control: number } | undefined
}

/** Who listens: an AF_PACKET socket. */
export interface Tap {
  readonly namespace: NetNamespace
  /** Only this device; every device of the namespace when left out. */
  readonly device?: NetDevice | undefined
  /** EtherType; ETH_P_ALL (3) for all, and only that hears what leaves. */
  readonly protocol: number
  /** With the link-layer header (SOCK_RAW), or from the network header on (SOCK_DGRAM). */
  readonly withHeader: boolean
  /** The socket itself: it does not hear what it sends. */
  readonly owner?: PacketOwner | undefined
  /** A socket_filter program, which says how many bytes of the copy are kept; 0: no copy. */
  readonly filter?: Attachment | undefined
  receive(frame: TappedFrame): void
}

/** bpf_printk in a filter, which runs in a softirq. */
const FACTS = { traceFlags: TRACE_FLAGS.trampoline() }

/** Everybody who listens, the youngest first: those on all devices before those on one. */
export class Taps {
  #list: readonly Tap[] = []

  /** The answer takes it away. */
  add(tap: Tap): () => void {
    this.#list = [tap, ...this.#list]
    return () => {
      this.#list = this.#list.filter(other => other !== tap)
    }
  }

  on(device: NetDevice): readonly Tap[] {
    if (this.#list.length === 0) return []
    const here = this.#list.filter(tap => tap.namespace === device.namespace)
    return [...here.filter(tap => !tap.device), ...here.filter(tap => tap.device === device)]
  }
}

/** Copies of a frame on its way in or out, for those who want all protocols. */
export function copyToTaps(kernel: KernelCore, skb: Skb, direction: "in" | "out"): void {
  for (const tap of kernel.network.taps.on(skb.device)) {
    if (tap.protocol !== ETH_P_ALL) continue
    if (direction === "out" && tap.owner && tap.owner === skb.owner) continue
    copy(kernel, skb, tap, direction)
  }
}

/** Copies of a frame that has come in and was not dropped, for those who want its protocol. */
export function copyToProtocolTaps(kernel: KernelCore, skb: Skb): void {
  const { protocol } = skb
  for (const tap of kernel.network.taps.on(skb.device))
    if (tap.protocol === protocol) copy(kernel, skb, tap, "in")
}

function copy(kernel: KernelCore, skb: Skb, tap: Tap, direction: "in" | "out"): void {
  const { context, device, protocol } = skb
  const [data, type] = [context.data, context.get("pkt_type")]
  if (direction === "out") context.set("pkt_type", PACKET.outgoing)
  if (tap.withHeader) skb.toMac()
  else skb.toNetwork()
  const length = context.get("len")
  const kept = tap.filter ? filtered(kernel, skb, tap.filter) : length
  const frame = {
    bytes: skb.bytes().subarray(0, kept),
    length,
    device,
    packetType: context.get("pkt_type"),
    protocol,
    sender: kernel.memory.read(context.header("mac") + 6, 6),
    tag: skb.tag,
  }
  context.moveTo(data)
  context.set("pkt_type", type)
  if (kept > 0) tap.receive(frame)
}

/** Runs the filter as on a packet of its own: what it leaves in `cb` nobody sees. */
function filtered(kernel: KernelCore, skb: Skb, filter: Attachment): number {
  const before = skb.context.takeControl()
  const kept = Number(kernel.run(filter, skb.contextAddress, FACTS) & 0xffff_ffffn)
  skb.context.putControl(before)
  return Math.min(kept, skb.context.get("len"))
}
