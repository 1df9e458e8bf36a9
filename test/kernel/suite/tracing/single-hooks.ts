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
