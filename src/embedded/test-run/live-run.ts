import { actionsOf, type RunOptions, type RunResult } from "../../kernel/index.ts"
import { type NetDevice, Skb } from "../network/index.ts"
import { runLiveFrames } from "../network/xdp/index.ts"
import { ETHERNET_BYTES, XdpContext } from "../packets/index.ts"
import { type BatchHost, fitting } from "./chunk-run.ts"
import { type Input, refuseIf, type TestSubject } from "./run-kind.ts"
import { XDP_RUN } from "./xdp-run.ts"

/** Packets at a time where the caller does not say (NAPI_POLL_WEIGHT). */
const USUAL_BATCH = 64

/**
 * BPF_PROG_TEST_RUN with BPF_F_TEST_XDP_LIVE_FRAMES: frames as if they had come in on the device that the context names, and each
 * goes where the program sends it. What programs return is not told.
 */
export function runLive(host: BatchHost, subject: TestSubject, input: Input, options: RunOptions): RunResult {
  const { core, memory, program } = host
  const slot = memory.alloc(XDP_RUN.slotBytes(input, subject))
  try {
    XDP_RUN.place(host, slot, input, subject)
    const { data, end, meta, ingress, fragments } = new XdpContext(memory, slot)
    refuseIf(fragments, "EINVAL", "live frames are in one piece")
    const device = core.network.current.devices.get(ingress)!
    const make = (): Skb => liveFrame(host, device, { data, end, meta })
    const repeat = Math.max(options.repeat ?? 1, 1)
    const batch = options.batchSize || USUAL_BATCH
    const attachment = { program, cookie: 0n, offset: 0 }
    const start = performance.now()
    for (let done = 0; done < repeat; done += batch)
      runLiveFrames(core, attachment, Array.from({ length: Math.min(batch, repeat - done) }, make))
    const duration = Math.round(((performance.now() - start) * 1e6) / repeat)
    const { packet, context } = XDP_RUN.collect(host, slot, input, subject)
    return {
      result: 0,
      action: actionsOf(subject)(0),
      packet: fitting(packet, options.packetRoom, "packet"),
      context: fitting(context, options.contextRoom, "context"),
      duration,
    }
  } finally {
    memory.free(slot)
  }
}

function liveFrame(
  { core, memory }: BatchHost,
  device: NetDevice,
  { data, end, meta }: { readonly data: number; readonly end: number; readonly meta: number },
): Skb {
  const skb = new Skb(core, device, memory.bytes.subarray(data, end), ETHERNET_BYTES)
  skb.setFrame(memory.bytes.subarray(meta, data))
  return skb
}
