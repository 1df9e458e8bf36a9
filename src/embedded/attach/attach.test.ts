import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { AttachError, NotModelledError } from "../../base/index.ts"
import type { AttachPoint } from "../../kernel/index.ts"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { bootKernel } from "../boot.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import type { EmbeddedObject } from "../load/loaded-object.ts"

const bytes = readFileSync(new URL("../../../exhibits/hello/program.bpf.o", import.meta.url))
const hello = readObject(bytes, { name: "hello" })
const profile = await loadBuiltinProfile("6.12")

async function booted(): Promise<{ kernel: EmbeddedKernel; object: EmbeddedObject }> {
  const kernel = new EmbeddedKernel(profile)
  return { kernel, object: await kernel.load(hello) }
}

/** The exhibit's programs by type. */
const PROGRAM = {
  kprobe: "kprobe_exec",
  tracepoint: "tp_execve",
  raw: "raw_tp_exec",
  tracing: "fentry_exec",
} as const

describe("attaching fails in libbpf's words, with what to do:", () => {
  test.each<[string, keyof typeof PROGRAM, AttachPoint, string, string, string]>([
    [
      "a function that was inlined",
      "kprobe",
      { kind: "kprobe", function: "do_execve" },
      "prog 'kprobe_exec': failed to create kprobe 'do_execve+0x0' perf event: No such file or directory",
      "ENOENT",
      "do_execveat_common.isra.0",
    ],
    [
      "a function on the blacklist",
      "kprobe",
      { kind: "kretprobe", function: "asm_exc_int3" },
      "prog 'kprobe_exec': failed to create kretprobe 'asm_exc_int3+0x0' perf event: Invalid argument",
      "EINVAL",
      "kprobe blacklist",
    ],
    [
      "an offset inside the first instructions",
      "kprobe",
      { kind: "kprobe", function: "do_unlinkat", offset: 6 },
      "prog 'kprobe_exec': failed to create kprobe 'do_unlinkat+0x6' perf event: Invalid or incomplete multibyte or wide character",
      "EILSEQ",
      "no instruction that begins there",
    ],
    [
      "a system call that does not exist",
      "kprobe",
      { kind: "ksyscall", syscall: "exceve" },
      "prog 'kprobe_exec': failed to create kprobe '__x64_sys_exceve+0x0' perf event: No such file or directory",
      "ENOENT",
      "__x64_sys_execve",
    ],
    [
      "an event of another category",
      "tracepoint",
      { kind: "tracepoint", category: "task", name: "sched_process_exec" },
      "prog 'tp_execve': failed to determine tracepoint 'task/sched_process_exec' perf event ID: No such file or directory",
      "ENOENT",
      "did you mean sched/sched_process_exec?",
    ],
    [
      "a raw tracepoint with its category",
      "raw",
      { kind: "rawTracepoint", name: "sched/sched_process_exec" },
      "prog 'raw_tp_exec': failed to open raw tracepoint 'sched/sched_process_exec': No such file or directory",
      "ENOENT",
      "without their category",
    ],
  ])("%s", async (_name, kind, point, message, errno, hint) => {
    const { object } = await booted()
    const attaching = object.programs[PROGRAM[kind]]?.attach(point)
    await expect(attaching).rejects.toMatchObject({ message, errno, hint: expect.stringContaining(hint) })
    await expect(attaching).rejects.toBeInstanceOf(AttachError)
  })

  test("a program of another type", async () => {
    const { object } = await booted()
    await expect(
      object.programs.tp_execve?.attach({ kind: "kprobe", function: "do_unlinkat" }),
    ).rejects.toMatchObject({
      message: "prog 'tp_execve': failed to attach to the perf event: Invalid argument",
      errno: "EINVAL",
      hint: "it is a tracepoint program, and kprobe programs go there",
    })
  })

  test("an instruction that the model does not have", async () => {
    const { object } = await booted()
    await expect(
      object.programs.kprobe_exec?.attach({ kind: "kprobe", function: "do_unlinkat", offset: 0x40 }),
    ).rejects.toBeInstanceOf(NotModelledError)
  })
})

describe("a link", () => {
  test("ends with detach, and detaching again does nothing", async () => {
    const { kernel, object } = await booted()
    const program = object.programs.kprobe_exec
    const link = await program?.attach()
    await kernel.world.exec("/bin/true")
    await link?.detach()
    await link?.detach()
    await kernel.world.exec("/bin/true")
    expect(program?.runs).toBe(1)
  })

  test("is one of many: a program runs once for each", async () => {
    const { kernel, object } = await booted()
    const program = object.programs.kprobe_exec
    await program?.attach()
    await program?.attach({ kind: "kprobe", function: "begin_new_exec" })
    await kernel.world.exec("/bin/true")
    expect(program?.runs).toBe(2)
  })

  test("to what nothing calls says so", async () => {
    const { object } = await booted()
    const link = await object.programs.kprobe_exec?.attach({ kind: "kprobe", function: "vfs_fsync" })
    expect((link as { note?: string }).note).toContain("nothing in the embedded kernel calls vfs_fsync yet")
  })

  test("goes with its program, its object and its kernel", async () => {
    const { kernel, object } = await booted()
    await object.attach()
    await object.programs.raw_tp_exec?.[Symbol.asyncDispose]()
    await kernel.world.exec("/bin/true")
    expect(object.programs.raw_tp_exec?.runs).toBe(0)
    expect(object.programs.tp_btf_exec?.runs).toBe(1)
    await kernel[Symbol.asyncDispose]()
    await kernel.world.exec("/bin/true")
    expect(object.programs.tp_btf_exec?.runs).toBe(1)
    await expect(object.programs.tp_btf_exec?.attach()).rejects.toMatchObject({ errno: "EBADF" })
  })
})

test("a kernel that loads and closes objects gives all their memory back", async () => {
  const kernel = new EmbeddedKernel(profile)
  const before = kernel.memory.kernel.used
  for (let round = 0; round < 3; round++) {
    const object = await kernel.load(hello)
    await object.attach()
    await object[Symbol.asyncDispose]()
    await object[Symbol.asyncDispose]()
  }
  expect(kernel.memory.kernel.used).toBe(before)
  expect([...kernel.maps()]).toEqual([])
})

test("a link is updated with programs alone", async () => {
  await using kernel = await bootKernel()
  kernel.world.makePair({ name: "v0", addresses: [] }, { name: "v1", addresses: [] })
  const bytes = readFileSync(new URL("../../../exhibits/xdp-firewall/program.bpf.o", import.meta.url))
  const { firewall } = (await kernel.load(readObject(bytes))).programs
  const link = await firewall!.attach({ kind: "xdp", interface: "v0" })
  await expect(link.update({} as typeof firewall & object)).rejects.toMatchObject({ errno: "EINVAL" })
})
