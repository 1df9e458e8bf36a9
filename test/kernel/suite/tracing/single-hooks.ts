import assert from "node:assert/strict"
import { mkdirSync, rmdirSync } from "node:fs"
import { describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { attachStyle, globals, programs } from "./style.ts"

const object = programs("hooks")
const OURS = { globals: { wanted_pid: process.pid } }

function removeFolder(): void {
  mkdirSync("/tmp/single")
  rmdirSync("/tmp/single")
}

describe("one hook of the kernel", () => {
  for (const [type, style, program] of [
    ["kprobe", "kprobe", "on_kprobe"],
    ["kprobe", "kretprobe", "on_kretprobe"],
    ["kprobe", "ksyscall", "on_ksyscall"],
    ["kprobe", "kretsyscall", "on_kretsyscall"],
    ["tracepoint", "tracepoint", "on_tracepoint"],
    ["raw_tracepoint", "raw_tracepoint", "on_raw_tracepoint"],
    ["raw_tracepoint_writable", "raw_tracepoint.w", "on_writable"],
    ["tracing", "tp_btf", "on_tp_btf"],
  ] as const)
    attachStyle(type, style, async kernel => {
      const loaded = await kernel.load(object, { only: [program], ...OURS })
      const [link] = await loaded.attach()
      assert(link!.id > 0, "it is a BPF link")
      removeFolder()
      assert.equal((await globals(loaded)).hits, 1n)
      await link!.detach()
      removeFolder()
      assert.equal((await globals(loaded)).hits, 1n)
    })

  attachStyle("kprobe", "kprobe inside a function", async kernel => {
    const loaded = await kernel.load(object, { only: ["on_kprobe"], ...OURS })
    const program = loaded.programs.on_kprobe!
    const errors: unknown[] = []
    // An instruction starts at one of these: behind endbr64, a five-byte nop, or both.
    for (const offset of [4, 5, 9])
      try {
        await program.attach({ kind: "kprobe", function: "vfs_rmdir", offset })
        break
      } catch (error) {
        errors.push((error as { errno: string }).errno)
      }
    assert(errors.every(errno => errno === "EILSEQ") && errors.length < 3, errors.join(" "))
    removeFolder()
    assert.equal((await globals(loaded)).hits, 1n)
  })

  for (const [style, program, point] of [
    ["kprobe", "on_kprobe", { kind: "kprobe", function: "vfs_rmdir" }],
    ["tracepoint", "on_tracepoint", { kind: "tracepoint", category: "syscalls", name: "sys_enter_rmdir" }],
    ["fentry", "on_fentry", { kind: "trace" }],
  ] as const)
    test(`${style} hands its cookie to the program`, async () => {
      await using kernel = await openLinuxKernel()
      const loaded = await kernel.load(object, { only: [program], ...OURS })
      const link = await loaded.programs[program]!.attach({ ...point, cookie: 0x1_0000_0001n })
      removeFolder()
      await link.detach()
      const { hits, cookie } = await globals(loaded)
      assert.deepEqual([hits, cookie], [1n, 0x1_0000_0001n])
    })
})
