// One function of the kernel, seen in several ways.
import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../src/base/index.ts"
import { bootKernel } from "../../src/embedded/index.ts"
import { outcome } from "../../src/kernel/index.ts"
import { chapterObject, exhibitObject } from "./load.ts"

const unlink = chapterObject("unlink")
const AT_FDCWD = -100
/** −ENOENT as a 32-bit function leaves it in a 64-bit register. */
const NO_ENTRY = 0xffff_fffen

interface Seen {
  readonly way: string
  readonly dfd: number
  readonly result: bigint
  readonly path: string
}

async function seenBy(...only: string[]): Promise<Seen[]> {
  const kernel = await bootKernel()
  const object = await kernel.load(unlink, { only })
  await object.attach()
  kernel.world.open("/tmp/note", { create: true })
  kernel.world.unlink("/tmp/note")
  expect(outcome(() => kernel.world.unlink("/tmp/none"))).toBe("ENOENT")
  return object.events().map(({ value }) => value as Seen)
}

describe("do_unlinkat", () => {
  test("one body sees the same by kprobe and by fentry", async () => {
    const seen = await seenBy("by_kprobe", "by_fentry")
    const by = (way: string) => seen.filter(each => each.way === way).map(({ dfd, path }) => ({ dfd, path }))
    expect(by("kprobe")).toEqual([
      { dfd: AT_FDCWD, path: "/tmp/note" },
      { dfd: AT_FDCWD, path: "/tmp/none" },
    ])
    expect(by("fentry")).toEqual(by("kprobe"))
  })

  test("fexit sees arguments and result, kretprobe the result", async () => {
    const seen = await seenBy("by_fexit", "by_return")
    const [, exit] = seen.filter(({ way }) => way === "fexit")
    const [, back] = seen.filter(({ way }) => way === "return")
    expect(exit).toMatchObject({ dfd: AT_FDCWD, path: "/tmp/none", result: NO_ENTRY })
    expect(back).toMatchObject({ dfd: 0, path: "", result: -2n })
  })

  test("a probe takes the arguments that it names, and leaves out those behind", async () => {
    expect(await seenBy("third_argument")).toMatchObject([{ way: "third", path: "note" }])
  })

  test("is probed at its start, behind its entry marker and at its return, and nowhere within an instruction", async () => {
    const kernel = await bootKernel()
    const object = await kernel.load(unlink, { only: ["by_kprobe", "by_return"] })
    const { by_kprobe: entry, by_return: back } = object.programs
    const at = (offset: number) => entry?.attach({ kind: "kprobe", function: "do_unlinkat", offset })
    const MARKER = 4
    await at(0)
    await at(MARKER)
    await expect(at(MARKER + 1)).rejects.toMatchObject({ errno: "EILSEQ" })
    await back?.attach({ kind: "kretprobe", function: "do_unlinkat" })
    outcome(() => kernel.world.unlink("/tmp/none"))
    expect([entry?.runs, back?.runs]).toEqual([2, 1])
  })

  test.each([
    ["in the kernel's half", 0xffff_c000_0000_0000n, "EFAULT"],
    ["in the half of user space", 0x10n, "ERANGE"],
    ["at NULL", 0n, "ERANGE"],
  ] as const)(
    "reading the kernel where nothing is, %s, fails and leaves zeros",
    async (_, nowhere, errno) => {
      const kernel = await bootKernel()
      const object = await kernel.load(unlink, { only: ["bad_pointer"], globals: { nowhere } })
      await object.programs.bad_pointer?.attach()
      expect(object.globals.left).toBe("before")
      outcome(() => kernel.world.unlink("/tmp/none"))
      expect([object.globals.failure, object.globals.left]).toEqual([-BigInt(errnoNumber(errno)), ""])
    },
  )
})

test("programs that report change nothing: what is done ends the same with and without them", async () => {
  const act = async (watched: boolean): Promise<unknown> => {
    const kernel = await bootKernel()
    if (watched) {
      for (const name of ["hello", "kprobe", "fentry", "tracepoint", "raw-tracepoint", "tp-btf", "ksyscall"])
        await (await kernel.load(exhibitObject(name))).attach()
      const object = await kernel.load(unlink, { only: ["decide"], globals: { answer: 1 } })
      await object.programs.decide?.attach()
      await object.programs.decide?.attach({
        kind: "tracepoint",
        category: "syscalls",
        name: "sys_exit_unlink",
      })
      const sampler = await kernel.load(exhibitObject("perf-event"))
      await sampler.programs.sample?.attach({ kind: "perfEvent", event: "cpu-clock", frequency: 1000 })
    }
    const { world } = kernel
    const made = outcome(() => world.open("/tmp/note", { create: true }))
    const removed = [1, 2].map(() => outcome(() => world.unlink("/tmp/note")))
    world.work(50)
    const ends = [
      await world.exec("/bin/true"),
      await world.exec("/bin/false"),
      await world.exec("/bin/none"),
    ]
    const runs = [...kernel.programs()].map(program => program.runs)
    expect(runs.every(count => count > 0)).toBe(true)
    return { made, removed, ends, isThere: kernel.files.find("/tmp/note") !== undefined }
  }
  expect(await act(true)).toEqual(await act(false))
})
