import { hookStyle, makePair, ping } from "./hook-style.ts"
import type { AttachStyle, Refusal, StyleGroup } from "./style.ts"

const without = (what: string, since: string): Refusal => ({
  on: ["6.1"],
  errno: "EINVAL",
  reason: new RegExp(`a ${what} program needs Linux ${since} or newer, this is 6.1`),
})

const onPair = { object: "network", event: ping("10.1.1.2"), denied: "lost" }

export const TRAFFIC_CONTROL: StyleGroup = {
  title: "traffic control",
  prepare: makePair,
  styles: (["ingress", "egress"] as const).flatMap((direction): AttachStyle[] => {
    const tc = { kind: "tc", interface: "v0", direction } as const
    return [
      hookStyle("sched_cls", `tc ${direction} (clsact, direct action)`, {
        ...onPair,
        program: "classify",
        point: tc,
      }),
      hookStyle("sched_act", `tc ${direction} as action`, { ...onPair, program: "act", point: tc }),
      hookStyle("sched_cls", `tcx ${direction}`, {
        ...onPair,
        program: `tcx_${direction}`,
        point: { ...tc, kind: "tcx" },
        refusal: without("tcx", "6.6"),
      }),
    ]
  }),
}

export const NETKIT: StyleGroup = {
  title: "netkit",
  prepare({ kernel, world }) {
    if (kernel.release === "6.1") return
    world.makePair(
      { name: "kit0", addresses: ["10.2.2.1/24"] },
      { name: "kit1", namespace: "far", addresses: ["10.2.2.2/24"] },
      { type: "netkit" },
    )
  },
  styles: (["primary", "peer"] as const).map(end =>
    hookStyle("sched_cls", `netkit ${end}`, {
      object: "network",
      program: `netkit_${end}`,
      // 6.1 has no device of this kind: what it says does not depend on the device.
      point: (_loaded, { kernel }) => ({
        kind: "netkit",
        interface: kernel.release === "6.1" ? "lo" : "kit0",
        end,
      }),
      event: ping("10.2.2.2"),
      denied: "lost",
      refusal: without("netkit", "6.7"),
    }),
  ),
}
