import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { AttachError } from "skep"
import { type LinuxKernel, type LinuxLink, openLinuxKernel, xdpPrograms } from "skep/linux"
import { programs } from "../tracing/style.ts"
import { makePair, removePair, run } from "./pair.ts"

const object = programs("network")

describe("one XDP program an interface", () => {
  before(makePair)
  after(removePair)

  async function pairOf(kernel: LinuxKernel): Promise<readonly [first: Attachable, second: Attachable]> {
    const loaded = await kernel.load(object, { only: ["xdp_program", "xdp_second"] })
    return [loaded.programs.xdp_program!, loaded.programs.xdp_second!]
  }
  type Attachable = {
    readonly id: number
    attach(point: { kind: "xdp"; interface: string; [more: string]: unknown }): Promise<LinuxLink>
  }
  const refused =
    (errno: string, ...words: readonly string[]) =>
    (error: unknown) => {
      assert(error instanceof AttachError, String(error))
      assert.equal(error.errno, errno, error.message)
      for (const word of words) assert.match(error.message, new RegExp(word))
      assert(error.hint, `no hint: ${error.message}`)
      return true
    }

  for (const by of ["link", "netlink"] as const) {
    test(`a second program by ${by} is refused in the kernel's words`, async () => {
      await using kernel = await openLinuxKernel()
      const [first, second] = await pairOf(kernel)
      const link = await first.attach({ kind: "xdp", interface: "v0", by })
      assert.deepEqual(xdpPrograms(kernel.bpf.native, "v0"), { native: first.id })
      const again = second.attach({ kind: "xdp", interface: "v0", by })
      await assert.rejects(again, refused("EBUSY", "XDP program already attached", String(first.id)))
      assert.deepEqual(xdpPrograms(kernel.bpf.native, "v0"), { native: first.id })
      await link.detach()
      assert.deepEqual(xdpPrograms(kernel.bpf.native, "v0"), {})
    })

    test(`generic beside native by ${by} is refused in the kernel's words`, async () => {
      await using kernel = await openLinuxKernel()
      const [first, second] = await pairOf(kernel)
      await first.attach({ kind: "xdp", interface: "v0", by, mode: "native" })
      const beside = second.attach({ kind: "xdp", interface: "v0", by, mode: "generic" })
      await assert.rejects(
        beside,
        refused("EEXIST", "Native and generic XDP can't be active at the same time", String(first.id)),
      )
    })
  }

  test("replace puts a program in the place of one that was attached by netlink", async () => {
    await using kernel = await openLinuxKernel()
    const [first, second] = await pairOf(kernel)
    const old = await first.attach({ kind: "xdp", interface: "v0", by: "netlink" })
    await assert.rejects(
      second.attach({ kind: "xdp", interface: "v0", by: "netlink" }),
      refused("EBUSY", "XDP program already attached"),
    )
    const link = await second.attach({ kind: "xdp", interface: "v0", by: "netlink", replace: true })
    assert.deepEqual(xdpPrograms(kernel.bpf.native, "v0"), { native: second.id })
    await old.detach()
    assert.deepEqual(xdpPrograms(kernel.bpf.native, "v0"), { native: second.id }, "the new one stays")
    await link.detach()
    assert.deepEqual(xdpPrograms(kernel.bpf.native, "v0"), {})
  })

  test("replace takes no link's place; the link is updated", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["xdp_program", "xdp_second"] })
    const { xdp_program: first, xdp_second: second } = loaded.programs
    const link = await first!.attach({ kind: "xdp", interface: "v0" })
    await assert.rejects(
      second!.attach({ kind: "xdp", interface: "v0", replace: true }),
      refused("EBUSY", "Can't replace active BPF XDP link"),
    )
    await link.update(second!)
    assert.deepEqual(xdpPrograms(kernel.bpf.native, "v0"), { native: second!.id })
  })

  test("what bpftool and ip say is what xdpPrograms says", async () => {
    await using kernel = await openLinuxKernel()
    const [first] = await pairOf(kernel)
    await first.attach({ kind: "xdp", interface: "v0", mode: "generic" })
    assert.deepEqual(xdpPrograms(kernel.bpf.native, "v0"), { generic: first.id })
    assert.match(
      run("bpftool", "net", "show", "dev", "v0"),
      new RegExp(`v0\\(\\d+\\) generic id ${first.id}`),
    )
    assert.match(run("ip", "link", "show", "dev", "v0"), new RegExp(`prog/xdp id ${first.id}`))
  })

  test("an interface that is not there is named with those that are", async () => {
    await using kernel = await openLinuxKernel()
    const [first] = await pairOf(kernel)
    await assert.rejects(first.attach({ kind: "xdp", interface: "v9" }), (error: unknown) => {
      assert(error instanceof AttachError)
      assert.equal(error.errno, "ENODEV")
      assert.match(error.hint ?? "", /v0/)
      return true
    })
  })
})
