import type { KernelCore } from "../core.ts"
import { SKB_PROGRAMS, SkbContext, XdpContext } from "../packets/index.ts"

/** The kernel's own structure behind a program's context, as others see it that watch the program. */
export interface KernelContext {
  /** Where it stands, as things are now. */
  address(): number
  free(): void
}

const NO_HEADER = 0xffff

/** Whether the structure behind the context of this type of program is modelled. */
export function hasKernelContext(programType: string): boolean {
  return programType === "xdp" || programType === "kprobe" || SKB_PROGRAMS.has(programType)
}

/** struct xdp_buff behind a struct xdp_md, struct sk_buff behind a struct __sk_buff; registers are what they are. */
export function kernelContext(core: KernelCore, programType: string, context: number): KernelContext {
  if (programType === "xdp") return xdpBuff(core, context)
  if (SKB_PROGRAMS.has(programType)) return skBuff(core, context)
  return { address: () => context, free: () => {} }
}

function xdpBuff({ types, memory, network }: KernelCore, at: number): KernelContext {
  const context = new XdpContext(memory, at)
  const device = network.current.devices.get(context.ingress)
  const queue = types.create("xdp_rxq_info", { dev: device?.object ?? 0, queue_index: context.queue })
  const buff = types.create("xdp_buff", { rxq: queue })
  return {
    address: () => {
      const { data, end, meta, start, hardEnd } = context
      return buff
        .set("data", data)
        .set("data_end", end)
        .set("data_meta", meta)
        .set("data_hard_start", start)
        .set("frame_sz", hardEnd - start).address
    },
    free: () => {
      buff.free()
      queue.free()
    },
  }
}

function skBuff({ types, memory, network }: KernelCore, at: number): KernelContext {
  const known = network.skbAt(at)
  if (known) return { address: () => known.address, free: () => {} }
  // A packet of a test run.
  const context = new SkbContext(memory, at)
  const buff = types.create("sk_buff", {
    dev: network.current.devices.get(context.get("ifindex"))?.object ?? 0,
    transport_header: NO_HEADER,
  })
  return {
    address: () => {
      const { data, headroom, protocol } = context
      const head = data - headroom
      return buff
        .set("head", head)
        .set("data", data)
        .set("len", context.get("len"))
        .set("protocol", protocol)
        .set("mark", context.get("mark"))
        .set("pkt_type", context.get("pkt_type"))
        .set("mac_header", context.header("mac") - head)
        .set("network_header", context.header("network") - head).address
    },
    free: () => buff.free(),
  }
}
