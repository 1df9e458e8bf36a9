import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { AttachError } from "skep"
import { filtersOf, interfaceIndex, openLinuxKernel, queryPrograms } from "skep/linux"
import { programs, release } from "../tracing/style.ts"
import { far, makePair, ping, removePair, run } from "./pair.ts"

const object = programs("network")
const TCX_INGRESS = 46
describe("traffic control", () => {
  before(makePair)
  after(removePair)
  test("filters of one place exclude each other, replace replaces, and filtersOf and tc list them", async () => {
    await using kernel = await openLinuxKernel()
    const { native } = kernel.bpf
    const loaded = await kernel.load(object, { only: ["classify", "tcx_ingress"] })
    const { classify, tcx_ingress: other } = loaded.programs
    const place = { kind: "tc", interface: "v0", direction: "ingress", priority: 7, handle: 3 } as const
    const link = await classify!.attach(place)
    const index = interfaceIndex(native, "v0")
    assert.deepEqual(filtersOf(native, index, "ingress"), [
      { index, direction: "ingress", priority: 7, handle: 3, program: classify!.id, name: "classify" },
    ])
    assert.deepEqual(filtersOf(native, index, "egress"), [])
    assert.match(
      run("tc", "filter", "show", "dev", "v0", "ingress"),
      /pref 7 bpf.*handle 0x3 classify direct-action/,
    )
    await assert.rejects(other!.attach(place), (error: unknown) => {
      assert(error instanceof AttachError)
      assert.equal(error.errno, "EEXIST", error.message)
      assert.match(`${error.message}; ${error.hint}`, /Filter already exists.*pass replace/)
      return true
    })
    await other!.attach({ ...place, replace: true })
    assert.deepEqual(
      filtersOf(native, index, "ingress").map(({ program }) => program),
      [other!.id],
    )
    await link.detach()
    assert.deepEqual(filtersOf(native, index, "ingress"), [])
  })

  test("the kernel's choice of priority and handle is told", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["classify"] })
    const { point } = await loaded.programs.classify!.attach({
      kind: "tc",
      interface: "v0",
      direction: "egress",
    })
    assert(point.kind === "tc" && point.priority! > 0 && point.handle! > 0, JSON.stringify(point))
  })

  test("tcx programs run in the order that was asked for", async context => {
    if (release === "6.1") {
      context.skip("tcx came with 6.6")
      return
    }
    await using kernel = await openLinuxKernel()
    const ids: number[] = []
    const attach = async (order: object): Promise<{ readonly program: number; readonly link: number }> => {
      const loaded = await kernel.load(object, { only: ["tcx_ingress"] })
      const program = loaded.programs.tcx_ingress!
      ids.push(program.id)
      const { id } = await program.attach({ kind: "tcx", interface: "v0", direction: "ingress", ...order })
      return { program: program.id, link: id }
    }
    const first = await attach({})
    const before = await attach({ before: first.program })
    const after = await attach({ after: { link: before.link } })
    const { ids: order } = queryPrograms(kernel.bpf, interfaceIndex(kernel.bpf.native, "v0"), TCX_INGRESS)
    assert.deepEqual(order, [before.program, after.program, first.program])
    await assert.rejects(attach({ before: 999999 }), (error: unknown) => {
      assert(error instanceof AttachError)
      assert.equal(error.errno, "ENOENT", error.message)
      assert.match(error.message, /no program 999999/)
      return true
    })
    await assert.rejects(attach({ before: 1, after: 2 }), /both before and after/)
  })
})

describe("netkit", () => {
  before(() => {
    if (release === "6.1") return
    makePair()
    run("ip", "link", "add", "kit0", "type", "netkit")
    // The kernel names the other end.
    const peer = /(\w+)@kit0/.exec(run("ip", "link"))?.[1] ?? ""
    run("ip", "link", "set", peer, "netns", "far")
    run("ip", "addr", "add", "10.2.2.1/24", "dev", "kit0")
    run("ip", "link", "set", "kit0", "up")
    far("ip", "addr", "add", "10.2.2.2/24", "dev", peer)
    far("ip", "link", "set", peer, "up")
    assert.equal(ping("10.2.2.2"), "ok", "the netkit pair carries packets")
  })
  after(() => {
    if (release === "6.1") return
    run("ip", "link", "del", "kit0")
    removePair()
  })

  test("a device of another kind is refused", async context => {
    if (release === "6.1") {
      context.skip("netkit came with 6.7")
      return
    }
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["netkit_primary"] })
    const attached = loaded.programs.netkit_primary!.attach({
      kind: "netkit",
      interface: "v0",
      end: "primary",
    })
    await assert.rejects(attached, /v0 is no netkit device.*\(E[A-Z]+\)/)
  })
})
