import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, rmdirSync } from "node:fs"
import { describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { attachStyle, globals, programs } from "./style.ts"
import { Target } from "./target.ts"

const object = programs("functions")
const OURS = { globals: { wanted_pid: process.pid } }
const NO_FPROBE = { on: ["6.1"], errno: "EOPNOTSUPP", reason: /without CONFIG_FPROBE/ }

function removeFolder(): void {
  mkdirSync("/tmp/folder")
  rmdirSync("/tmp/folder")
}

/** Keeps a processor busy: clocks of processes stand still while they sleep. */
function work(milliseconds: number): void {
  const end = Date.now() + milliseconds
  while (Date.now() < end) Math.sqrt(end)
}

describe("many functions of the kernel", () => {
  attachStyle(
    "kprobe",
    "kprobe.multi",
    async kernel => {
      const loaded = await kernel.load(object, { only: ["on_entry"], ...OURS })
      const program = loaded.programs.on_entry!
      const link = await program.attach({ kind: "kprobeMulti", functions: "vfs_?kdi*" })
      removeFolder()
      const seen = await globals(loaded)
      assert.deepEqual([seen.entries, seen.addresses], [1n, 1n])
      await link.detach()
      const cookies = await program.attach({
        kind: "kprobeMulti",
        functions: ["vfs_mkdir", "vfs_rmdir"],
        cookies: [100n, 20n],
      })
      removeFolder()
      assert.equal((await globals(loaded)).cookies, 120n)
      await cookies.detach()
      removeFolder()
      assert.equal((await globals(loaded)).entries, 3n)
    },
    NO_FPROBE,
  )

  attachStyle(
    "kprobe",
    "kretprobe.multi",
    async kernel => {
      const loaded = await kernel.load(object, { only: ["on_return"], ...OURS })
      const [link] = await loaded.attach()
      removeFolder()
      await link!.detach()
      removeFolder()
      assert.equal((await globals(loaded)).returns, 1n)
    },
    NO_FPROBE,
  )

  attachStyle(
    "kprobe",
    "kprobe.session",
    async kernel => {
      const loaded = await kernel.load(object, { only: ["on_session"], ...OURS })
      const [link] = await loaded.attach()
      removeFolder()
      await link!.detach()
      removeFolder()
      assert.equal((await globals(loaded)).session, 2n, "once at entry, once at return")
    },
    { ...NO_FPROBE, errno: "EINVAL" },
  )

  test("a pattern that nothing fits is refused", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["on_entry"], ...OURS })
    await assert.rejects(
      loaded.programs.on_entry!.attach({ kind: "kprobeMulti", functions: "no_such_thing_*" }),
      { errno: "ENOENT" },
    )
  })
})

describe("samples of perf events", () => {
  for (const event of ["cpu-clock", "task-clock"] as const)
    attachStyle("perf_event", `perf_event ${event}`, async kernel => {
      const loaded = await kernel.load(object, { only: ["on_sample"] })
      const link = await loaded.programs.on_sample!.attach({
        kind: "perfEvent",
        event,
        frequency: 200,
        // A task's clock is that of a task: on a whole CPU it would not tick.
        ...(event === "task-clock" && { pid: process.pid }),
      })
      work(300)
      const { samples } = await globals(loaded)
      assert(samples! > 3n, `${samples} samples in 300 ms`)
      await link.detach()
      const before = (await globals(loaded)).samples
      work(100)
      assert.equal((await globals(loaded)).samples, before)
    })

  attachStyle("perf_event", "perf_event page-faults", async kernel => {
    const loaded = await kernel.load(object, { only: ["on_sample"] })
    const link = await loaded.programs.on_sample!.attach({
      kind: "perfEvent",
      event: "page-faults",
      period: 1,
    })
    execFileSync("/bin/busybox", ["true"])
    await link.detach()
    const { samples } = await globals(loaded)
    assert(samples! > 10n, `${samples} samples of a new program on every CPU`)
    execFileSync("/bin/busybox", ["true"])
    assert.equal((await globals(loaded)).samples, samples)
  })

  attachStyle("perf_event", "perf_event context-switches", async kernel => {
    await using target = new Target()
    const loaded = await kernel.load(object, { only: ["on_sample"] })
    const link = await loaded.programs.on_sample!.attach({
      kind: "perfEvent",
      event: "context-switches",
      period: 1,
      pid: target.pid,
    })
    // It sleeps until it is asked again.
    for (let turn = 0; turn < 5; turn++) await target.act()
    await link.detach()
    const { samples } = await globals(loaded)
    assert(samples! >= 4n, `${samples} samples`)
    await target.act()
    assert.equal((await globals(loaded)).samples, samples)
  })

  attachStyle(
    "perf_event",
    "perf_event cpu-cycles",
    async kernel => {
      const loaded = await kernel.load(object, { only: ["on_sample"] })
      await loaded.programs.on_sample!.attach({ kind: "perfEvent", event: "cpu-cycles" })
    },
    // QEMU without KVM has no performance counters.
    { on: ["6.1", "6.12", "reference"], errno: "ENOENT", reason: /no hardware counters/ },
  )
})
