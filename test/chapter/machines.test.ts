// What the machine decides: names and arguments of system calls, and whether functions of the kernel can call programs.
import { describe, expect, test } from "vitest"
import { decodeUtf8, encodeUtf8 } from "../../src/base/index.ts"
import { bootKernel, EmbeddedKernel, EmbeddedObjects } from "../../src/embedded/index.ts"
import { KernelProfile } from "../../src/profile/index.ts"
import { loadBuiltinProfile } from "../../src/profile/node.ts"
import { chapterObject, exhibitObject } from "./load.ts"

/** The same kernel, whose functions of system calls take the arguments themselves: on x86-64 that was so before 4.17. */
function withoutWrappers(profile: KernelProfile): KernelProfile {
  const sections = profile.sections()
  const symbols = decodeUtf8(sections.symbols).replaceAll(/ __(x64|arm64)_sys_/g, " __se_sys_")
  const facts = { ...profile.facts, handMade: "system calls without wrappers" }
  return new KernelProfile(facts, { ...sections, symbols: encodeUtf8(symbols) })
}

interface Opened {
  readonly path: string
  readonly creates: number
  readonly mode: number
  readonly result: number
}

describe("a ksyscall section", () => {
  const CASES = [
    ["6.12", "program", true, "__x64_sys_openat"],
    ["6.12", "program", false, "__se_sys_openat"],
    ["6.12-arm64", "program-arm64", true, "__arm64_sys_openat"],
    ["6.12-arm64", "program-arm64", false, "__se_sys_openat"],
  ] as const

  test.each(CASES)(
    "on %s, with %s and wrappers %s, is %s and has its arguments",
    async (release, file, wrapped, name) => {
      const profile = await loadBuiltinProfile(release)
      await using kernel = new EmbeddedKernel(wrapped ? profile : withoutWrappers(profile))
      const { world } = kernel
      const object = await kernel.load(exhibitObject("ksyscall", file), {
        globals: { watched_pid: world.pid },
      })
      await object.attach()
      world.open("/tmp/shelf", { create: true, mode: 0o600 })
      const [seen] = object.events().map(({ value }) => value as Opened)
      expect(seen).toMatchObject({ path: "/tmp/shelf", creates: 1, mode: 0o600, result: 0 })
      const probed = [...new EmbeddedObjects(kernel).taskDescriptors()].map(each => each.name)
      expect(probed).toEqual([name, name])
    },
  )
})

test("the example of the chapter, built for 64-bit ARM, tells of an exec there", async () => {
  await using kernel = await bootKernel({ release: "6.12-arm64" })
  const object = await kernel.load(chapterObject("hello-arm64"), {
    only: ["kprobe_sys_execve", "tp_sys_enter_execve", "raw_tp_exec"],
  })
  await object.attach()
  await kernel.world.exec("/bin/true")
  const told = object.events().map(({ value }) => value as { message: string; path: string })
  expect(told.map(({ message, path }) => `${message} ${path}`)).toEqual([
    "tp_execve /bin/true",
    "sys_execve /bin/true",
    "raw_tp_exec ",
  ])
})

describe("fentry programs on 64-bit ARM", () => {
  const fentry = exhibitObject("fentry")

  test("load on 6.1 but cannot be attached, as ftrace does not call them yet", async () => {
    await using kernel = await bootKernel({ release: "6.1-arm64" })
    const object = await kernel.load(fentry)
    await expect(object.attach()).rejects.toMatchObject({
      message: "prog 'enter_unlink': failed to attach: Unknown error 524",
      errno: "ENOTSUPP",
      hint: expect.stringContaining("which came to 64-bit ARM with 6.4"),
    })
  })

  test("run on 6.12", async () => {
    await using kernel = await bootKernel({ release: "6.12-arm64" })
    const object = await kernel.load(fentry)
    expect(await object.attach()).toHaveLength(2)
  })
})

test("programs of user space are not modelled on 64-bit ARM, and say so", async () => {
  await using kernel = await bootKernel({ release: "6.12-arm64" })
  expect(() => kernel.world.install("/bin/reader", { image: new Uint8Array(0), functions: {} })).toThrow(
    "programs of user space, and probes on them, are not modelled on 64-bit ARM",
  )
})
