import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

// As on real kernels: test/kernel/suite/network/cgroups.ts.
const bytes = readFileSync(new URL("../../../test/kernel/programs/cgroups.bpf.o", import.meta.url))
const object = readObject(bytes, { name: "cgroups" })
const profile = await loadBuiltinProfile("6.12")
const [GROUP, BELOW] = ["/sys/fs/cgroup/skep", "/sys/fs/cgroup/skep/below"]

describe("programs on control groups", () => {
  let kernel: EmbeddedKernel
  let [device, second, third]: EmbeddedProgram[] = []
  beforeEach(async () => {
    kernel = new EmbeddedKernel(profile)
    kernel.world.makeGroup("skep/below")
    const load = (name: string) => kernel.load(object, { only: [name] })
    const loaded = [await load("device"), await load("device_second"), await load("device")] as const
    device = loaded[0].programs.device
    second = loaded[1].programs.device_second
    third = loaded[2].programs.device
  })
  const on = (path: string) =>
    kernel.cgroups
      .find(path)
      ?.programs.on("cgroup_device")
      ?.entries.map(entry => entry.attachment.program.id) ?? []
  const effective = (path: string) =>
    kernel.cgroups.effective(kernel.cgroups.find(path)!, "cgroup_device").map(({ program }) => program.id)

  test("without flags: one, none below, and the next takes its place", async () => {
    await device!.attach({ kind: "cgroup", path: GROUP, by: "attach" })
    const multi = { kind: "cgroup", path: GROUP, by: "attach", flags: ["multi"] } as const
    await expect(second!.attach(multi)).rejects.toMatchObject({
      errno: "EPERM",
      message: `prog 'device_second': cgroup ${GROUP}: program ${device!.id} stands there with other flags (EPERM)`,
    })
    await expect(second!.attach({ ...multi, path: BELOW })).rejects.toMatchObject({
      errno: "EPERM",
      message: expect.stringContaining("a group above it holds a program"),
    })
    await second!.attach({ kind: "cgroup", path: GROUP, by: "attach" })
    expect(on(GROUP)).toEqual([second!.id])
  })

  test("override: a group below has its own instead", async () => {
    await device!.attach({ kind: "cgroup", path: GROUP, flags: ["override"] })
    expect(effective(BELOW)).toEqual([device!.id])
    await second!.attach({ kind: "cgroup", path: BELOW, flags: ["override"] })
    expect(effective(BELOW)).toEqual([second!.id])
    expect(effective(GROUP)).toEqual([device!.id])
  })

  test("links and multi: several, those of the group below first", async () => {
    await device!.attach({ kind: "cgroup", path: GROUP })
    await second!.attach({ kind: "cgroup", path: GROUP, flags: ["multi"] })
    await third!.attach({ kind: "cgroup", path: BELOW })
    expect(effective(BELOW)).toEqual([third!.id, device!.id, second!.id])
  })

  test("one of several gives up its place", async () => {
    const multi = { kind: "cgroup", path: GROUP, flags: ["multi"] } as const
    await device!.attach(multi)
    await second!.attach(multi)
    await third!.attach({ ...multi, replaces: device!.id })
    expect(on(GROUP)).toEqual([third!.id, second!.id])
    await expect(third!.attach({ ...multi, replaces: 999999 })).rejects.toMatchObject({ errno: "ENOENT" })
    await expect(second!.attach(multi)).rejects.toMatchObject({ errno: "EINVAL" })
  })

  test.each([
    ["a link in another's place", { path: GROUP, by: "link", replaces: 1 }, "EINVAL", "another's place"],
    [
      "a link that is to be overridden",
      { path: GROUP, by: "link", flags: ["override"] },
      "EINVAL",
      "override",
    ],
    ["a folder that is no group", { path: "/tmp" }, "EBADF", "/tmp is no control group"],
    ["a path that is missing", { path: "/sys/fs/cgroup/missing" }, "ENOENT", "No such file or directory"],
    ["an order that is too new", { path: GROUP, flags: ["multi", "preorder"] }, "EINVAL", "Invalid argument"],
  ] as const)("%s is refused", async (_name, point, errno, words) => {
    await expect(device!.attach({ kind: "cgroup", ...point })).rejects.toMatchObject({
      errno,
      message: expect.stringContaining(words),
    })
  })

  test("a section that names no hook is refused", async () => {
    const { skb_anywhere: anywhere } = (await kernel.load(object, { only: ["skb_anywhere"] })).programs
    await expect(anywhere!.attach({ kind: "cgroup", path: GROUP })).rejects.toThrow(
      "section 'cgroup/skb' does not say",
    )
  })

  test("a child is a member of its parent's group", async () => {
    await kernel.world.inGroup(BELOW, () => {
      const child = kernel.world.spawn()
      expect(child.task.group.path).toBe("/skep/below")
      child.exit()
    })
    expect(kernel.world.shell.task.group).toBe(kernel.cgroups.root)
  })
})
