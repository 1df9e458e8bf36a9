import assert from "node:assert/strict"
import { cpSync, mkdirSync } from "node:fs"
import { describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { attachStyle, globals, programs } from "./style.ts"
import { TARGET, Target } from "./target.ts"

const object = programs("probes")
const NO_MULTI = { on: ["6.1"], errno: "EINVAL", reason: /multi-uprobe links need Linux 6\.6/ }
const NO_SESSION = {
  on: ["6.1", "6.12", "reference"],
  errno: "EINVAL",
  reason: /uprobe sessions need Linux 6\.13/,
}

describe("probes of user space", () => {
  attachStyle("kprobe", "uprobe", async kernel => {
    await using target = new Target()
    const loaded = await kernel.load(object, { only: ["on_call"] })
    const link = await loaded.programs.on_call!.attach({
      kind: "uprobe",
      binary: TARGET,
      symbol: "target_add",
      cookie: 77n,
    })
    await target.act()
    const { calls, first, second, cookie } = await globals(loaded)
    assert.deepEqual([calls, first, second, cookie], [1n, 30n, 12n, 77n])
    await link.detach()
    await target.act()
    assert.equal((await globals(loaded)).calls, 1n)
  })

  attachStyle("kprobe", "uretprobe", async kernel => {
    await using target = new Target()
    const loaded = await kernel.load(object, { only: ["on_return"] })
    const link = await loaded.programs.on_return!.attach({
      kind: "uretprobe",
      binary: TARGET,
      symbol: "target_add",
    })
    await target.act()
    assert.equal((await globals(loaded)).result, 42n)
    await link.detach()
    await target.act()
    assert.equal((await globals(loaded)).returns, 1n)
  })

  attachStyle("kprobe", "uprobe.s", async kernel => {
    await using target = new Target()
    const loaded = await kernel.load(object, { only: ["on_call_sleepable"] })
    const link = await loaded.programs.on_call_sleepable!.attach({
      kind: "uprobe",
      binary: TARGET,
      symbol: "target_double",
    })
    await target.act()
    await link.detach()
    await target.act()
    const { sleepable, copied } = await globals(loaded)
    assert.deepEqual([sleepable, copied], [1n, 0n])
  })

  test("a section names binary and function", async () => {
    await using kernel = await openLinuxKernel()
    await using target = new Target()
    const loaded = await kernel.load(object, { only: ["by_section"] })
    assert.equal((await loaded.attach()).length, 1)
    await target.act()
    assert.equal((await globals(loaded)).calls, 1n)
  })

  test("a library is found by its name, and its functions by version", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["on_call"] })
    const link = await loaded.programs.on_call!.attach({
      kind: "uprobe",
      binary: "libc.so.6",
      symbol: "getppid@@GLIBC_2.2.5",
      pid: process.pid,
    })
    assert(process.ppid >= 0)
    assert.equal((await globals(loaded)).calls, 1n)
    await link.detach()
  })

  test("a probe of one process leaves others alone", async () => {
    await using kernel = await openLinuxKernel()
    await using one = new Target()
    await using other = new Target()
    const loaded = await kernel.load(object, { only: ["on_call"] })
    await loaded.programs.on_call!.attach({
      kind: "uprobe",
      binary: TARGET,
      symbol: "target_add",
      pid: one.pid,
    })
    await other.act()
    assert.equal((await globals(loaded)).calls, 0n)
    await one.act()
    assert.equal((await globals(loaded)).calls, 1n)
  })

  test("a path of a process with another root is looked up below that", async () => {
    await using kernel = await openLinuxKernel()
    const jail = "/tmp/jail"
    mkdirSync(jail)
    cpSync(TARGET, `${jail}/inner`)
    await using target = new Target("/bin/busybox", ["chroot", jail, "/inner"])
    await target.act()
    const loaded = await kernel.load(object, { only: ["on_call", "on_idle"] })
    await loaded.programs.on_call!.attach({
      kind: "uprobe",
      binary: "/inner",
      symbol: "target_add",
      pid: target.pid,
    })
    await target.act()
    assert.equal((await globals(loaded)).calls, 1n)
  })

  test("a position-independent program is probed at its places", async () => {
    await using kernel = await openLinuxKernel()
    const binary = `${TARGET}-pie`
    await using target = new Target(binary)
    const loaded = await kernel.load(object, { only: ["on_call", "on_request"] })
    await loaded.programs.on_call!.attach({ kind: "uprobe", binary, symbol: "target_add" })
    await loaded.programs.on_request!.attach({ kind: "usdt", binary, provider: "skep", name: "request" })
    assert.equal((await target.act()).semaphore, 2)
    const { calls, requests, sizes } = await globals(loaded)
    assert.deepEqual([calls, requests, sizes], [1n, 2n, (1n << 40n) + 9n])
  })

  test("a function that is not there is refused with its neighbours", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["on_call"] })
    await assert.rejects(
      loaded.programs.on_call!.attach({ kind: "uprobe", binary: TARGET, symbol: "target_ad" }),
      {
        errno: "ENOENT",
        message: `prog 'on_call': ${TARGET}: failed to find symbol 'target_ad' (ENOENT)`,
        hint: /target_add/,
      },
    )
  })

  attachStyle(
    "kprobe",
    "uprobe.multi",
    async kernel => {
      await using target = new Target()
      const loaded = await kernel.load(object, { only: ["on_many"] })
      const [link] = await loaded.attach()
      await target.act()
      assert.equal((await globals(loaded)).multi, 5n)
      await link!.detach()
      await target.act()
      assert.equal((await globals(loaded)).multi, 5n)
      const cookies = await loaded.programs.on_many!.attach({
        kind: "uprobeMulti",
        binary: TARGET,
        functions: ["target_add", "target_idle"],
        cookies: [100n, 20n],
        pid: target.pid,
      })
      await target.act()
      const seen = await globals(loaded)
      assert.deepEqual([seen.multi, seen.cookies], [7n, 120n])
      await cookies.detach()
    },
    NO_MULTI,
  )

  attachStyle(
    "kprobe",
    "uretprobe.multi",
    async kernel => {
      await using target = new Target()
      const loaded = await kernel.load(object, { only: ["on_many_returns"] })
      const link = await loaded.programs.on_many_returns!.attach({
        kind: "uprobeMulti",
        binary: TARGET,
        functions: "target_re*",
        return: true,
      })
      await target.act()
      await link.detach()
      await target.act()
      assert.equal((await globals(loaded)).multi, 2n)
    },
    NO_MULTI,
  )

  attachStyle(
    "kprobe",
    "uprobe.session",
    async kernel => {
      await using target = new Target()
      const loaded = await kernel.load(object, { only: ["on_session"] })
      const link = await loaded.programs.on_session!.attach({
        kind: "uprobeMulti",
        binary: TARGET,
        functions: "target_add",
        session: true,
      })
      await target.act()
      await link.detach()
      assert.equal((await globals(loaded)).session, 2n)
    },
    NO_SESSION,
  )

  attachStyle("kprobe", "usdt", async kernel => {
    await using target = new Target()
    const loaded = await kernel.load(object, { only: ["on_request"] })
    const [link] = await loaded.attach()
    const { semaphore } = await target.act()
    assert.equal(semaphore, 2, "both places count in the semaphore")
    const seen = await globals(loaded)
    assert.deepEqual(
      [seen.requests, seen.arguments, seen.codes, seen.sizes, seen.constants],
      [2n, 3n, -8n, (1n << 40n) + 9n, 77n + 78n],
    )
    await link!.detach()
    assert.equal((await target.act()).semaphore, 0)
    assert.equal((await globals(loaded)).requests, 2n)
  })

  test("a USDT probe without arguments, in one process, with a cookie", async () => {
    await using kernel = await openLinuxKernel()
    await using target = new Target()
    await using other = new Target()
    const loaded = await kernel.load(object, { only: ["on_idle", "on_request"] })
    await loaded.programs.on_idle!.attach({
      kind: "usdt",
      binary: TARGET,
      provider: "skep",
      name: "idle",
      pid: target.pid,
    })
    await loaded.programs.on_request!.attach({
      kind: "usdt",
      binary: TARGET,
      provider: "skep",
      name: "request",
      pid: other.pid,
      cookie: 4711n,
    })
    await target.act()
    const seen = await globals(loaded)
    assert.deepEqual([seen.idles, seen.requests, seen.arguments], [1n, 0n, 0n])
    await other.act()
    const later = await globals(loaded)
    assert.deepEqual([later.idles, later.requests, later.cookie], [1n, 2n, 4711n])
  })
})
