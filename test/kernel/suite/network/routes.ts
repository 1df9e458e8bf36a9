import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { AttachError } from "skep"
import { openLinuxKernel } from "skep/linux"
import { programs, release } from "../tracing/style.ts"
import { makePair, removePair, run } from "./pair.ts"

const object = programs("network")
const netfilter = programs("netfilter")

describe("lightweight tunnels", () => {
  before(makePair)
  after(removePair)

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
