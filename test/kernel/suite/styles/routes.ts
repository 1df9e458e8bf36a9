import { hookStyle, makePair, ping } from "./hook-style.ts"
import type { Refusal, Scene, StyleGroup } from "./style.ts"

const FORWARD = ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"]

/** From the namespace at the other end of the pair: whatever comes of it. */
const pingFromFar = (address: string) => async (scene: Scene) => {
  await scene.world.inNamespace("far", () => scene.world.ping(address))
  return "ok"
}

const route = { kind: "lwt", interface: "v0" } as const

export const LIGHTWEIGHT_TUNNELS: StyleGroup = {
  title: "lightweight tunnels",
  async prepare(scene) {
    const { world } = scene
    // The far end has an address behind a tunnel, and reaches others through here.
    await makePair(scene, ["10.9.9.1/32"])
    for (const path of FORWARD) world.writeText(path, "1")
    await world.inNamespace("far", () => {
      world.addRoute({ to: "10.9.7.0/24", via: "10.1.1.1", interface: "v1" })
      world.addRoute({ to: "fd99::/64", via: "fd01::1", interface: "v1" })
      world.addRoute({ to: "fd02::/64", segments: ["fd99::1", "fd98::1"], interface: "v1" })
    })
  },
  styles: [
    ...(["out", "xmit"] as const).map(hook =>
      hookStyle(`lwt_${hook}`, `lwt ${hook} by route`, {
        object: "network",
        program: `tunnel_${hook}`,
        point: { ...route, route: "10.9.9.0/24", hook },
        // Without its own route the packet takes none.
        event: (scene, _loaded, isAttached) => (isAttached ? ping("10.9.9.1")(scene) : "ok"),
        denied: "lost",
      }),
    ),
    hookStyle("lwt_in", "lwt in by route", {
      object: "network",
      program: "tunnel_in",
      point: { ...route, route: "10.9.7.0/24", hook: "in" },
      event: pingFromFar("10.9.7.1"),
    }),
    hookStyle("lwt_seg6local", "lwt seg6local by route", {
      object: "network",
      program: "tunnel_seg6local",
      point: { ...route, route: "fd99::1/128", hook: "seg6local" },
      event: pingFromFar("fd02::1"),
    }),
  ],
}

const NO_NETFILTER: Refusal = {
  on: ["6.1"],
  errno: "EINVAL",
  reason: /netfilter programs need Linux 6.4 or newer, this is 6.1/,
}
const filter = { object: "netfilter", program: "filter", refusal: NO_NETFILTER }

export const NETFILTER: StyleGroup = {
  title: "netfilter",
  prepare: makePair,
  styles: [
    ...(["prerouting", "input", "output", "postrouting"] as const).map(hook =>
      hookStyle("netfilter", `netfilter ipv4 ${hook}`, {
        ...filter,
        point: { kind: "netfilter", family: "ipv4", hook, priority: -10 },
        event: ping("10.1.1.2"),
        denied: "lost",
      }),
    ),
    hookStyle("netfilter", "netfilter ipv6 input", {
      ...filter,
      point: { kind: "netfilter", family: "ipv6", hook: "input", priority: 5 },
      event: ping("fd01::2"),
      denied: "lost",
    }),
    hookStyle("netfilter", "netfilter with defragmentation", {
      ...filter,
      point: { kind: "netfilter", family: "ipv4", hook: "prerouting", priority: 0, defragment: true },
      event: ping("10.1.1.2"),
    }),
  ],
}
