import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { AttachError } from "skep"
import { openLinuxKernel } from "skep/linux"
import { programs, release } from "../tracing/style.ts"
import { far, hookTest, makePair, ping, pingFromFar, removePair, run } from "./hook.ts"

const object = programs("network")
const netfilter = programs("netfilter")

describe("lightweight tunnels", () => {
  before(() => {
    makePair()
    run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding")
    // The far end has the addresses behind the tunnels, and reaches them through here.
    for (const address of ["10.9.9.1/32", "10.9.8.1/32"]) far("ip", "addr", "add", address, "dev", "lo")
    far("ip", "route", "add", "10.9.7.0/24", "via", "10.1.1.1")
    far("ip", "-6", "route", "add", "fd99::/64", "via", "fd01::1")
    far(
      "ip",
      "-6",
      "route",
      "add",
      "fd02::/64",
      "encap",
      "seg6",
      "mode",
      "encap",
      "segs",
      "fd99::1,fd98::1",
      "dev",
      "v1",
    )
  })
  after(removePair)

  for (const hook of ["out", "xmit"] as const)
    hookTest(`lwt_${hook}`, `lwt ${hook} by route`, {
      object,
      program: `tunnel_${hook}`,
      point: () => ({ kind: "lwt", route: "10.9.9.0/24", interface: "v0", hook }),
      // Without its own route the packet takes none.
      event: () => (hasRoute("10.9.9.0/24") ? ping("10.9.9.1") : "ok"),
      denied: "lost",
    })
  hookTest("lwt_in", "lwt in by route", {
    object,
    program: "tunnel_in",
    point: () => ({ kind: "lwt", route: "10.9.7.0/24", interface: "v0", hook: "in" }),
    event: () => {
      pingFromFar("10.9.7.1")
      return "ok"
    },
  })
  hookTest("lwt_seg6local", "lwt seg6local by route", {
    object,
    program: "tunnel_seg6local",
    point: () => ({ kind: "lwt", route: "fd99::1/128", interface: "v0", hook: "seg6local" }),
    event: () => {
      pingFromFar("fd02::1")
      return "ok"
    },
  })

  test("the route is the tunnel's own: `ip route` shows it, a second one is refused, detaching removes it", async () => {
    await using kernel = await openLinuxKernel()
    const { tunnel_out: program } = (await kernel.load(object, { only: ["tunnel_out"] })).programs
    const point = { kind: "lwt", route: "10.9.9.0/24", interface: "v0", hook: "out" } as const
    const link = await program!.attach(point)
    assert.match(run("ip", "route", "show", "10.9.9.0/24"), /encap bpf out/)
    await assert.rejects(program!.attach(point), (error: unknown) => {
      assert(error instanceof AttachError)
      assert.equal(error.errno, "EEXIST", error.message)
      return true
    })
    await assert.rejects(
      program!.attach({ ...point, hook: "xmit" }),
      /lwt_out program, and lwt_xmit programs go there/,
    )
    await assert.rejects(program!.attach({ ...point, route: "10.9.9" }), /is no network/)
    await link.detach()
    assert.equal(hasRoute("10.9.9.0/24"), false)
  })
})

function hasRoute(route: string): boolean {
  return run("ip", "route", "show", route) !== ""
}

describe("netfilter", () => {
  before(makePair)
  after(removePair)

  for (const hook of ["prerouting", "input", "output", "postrouting"] as const)
    hookTest("netfilter", `netfilter ipv4 ${hook}`, {
      object: netfilter,
      program: "filter",
      point: () => ({ kind: "netfilter", family: "ipv4", hook, priority: -10 }),
      event: () => ping("10.1.1.2"),
      denied: "lost",
      refusal: {
        on: ["6.1"],
        errno: "EINVAL",
        reason: /netfilter programs need Linux 6.4 or newer, this is 6.1/,
      },
    })
  hookTest("netfilter", "netfilter ipv6 input", {
    object: netfilter,
    program: "filter",
    point: () => ({ kind: "netfilter", family: "ipv6", hook: "input", priority: 5 }),
    event: () => ping("fd01::2"),
    denied: "lost",
    refusal: {
      on: ["6.1"],
      errno: "EINVAL",
      reason: /netfilter programs need Linux 6.4 or newer, this is 6.1/,
    },
  })
  hookTest("netfilter", "netfilter with defragmentation", {
    object: netfilter,
    program: "filter",
    point: () => ({ kind: "netfilter", family: "ipv4", hook: "prerouting", priority: 0, defragment: true }),
    event: () => ping("10.1.1.2"),
    refusal: {
      on: ["6.1"],
      errno: "EINVAL",
      reason: /netfilter programs need Linux 6.4 or newer, this is 6.1/,
    },
  })

  test("a taken priority and those kept for others are refused", async context => {
    if (release === "6.1") {
      context.skip("netfilter programs came with 6.4")
      return
    }
    await using kernel = await openLinuxKernel()
    const { filter } = (await kernel.load(netfilter, { only: ["filter"] })).programs
    const point = { kind: "netfilter", family: "ipv4", hook: "input", priority: 1 } as const
    await filter!.attach(point)
    await assert.rejects(filter!.attach(point), /with priority 1 \(EBUSY\)/)
    await assert.rejects(filter!.attach({ ...point, priority: -0x8000_0000 }), /kept for others \(ERANGE\)/)
    await assert.rejects(
      filter!.attach({ ...point, priority: -400, defragment: true }),
      (error: unknown) => error instanceof AttachError && /above -400/.test(error.hint ?? ""),
    )
  })
})
