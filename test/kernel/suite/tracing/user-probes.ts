import assert from "node:assert/strict"
import { cpSync, mkdirSync } from "node:fs"
import { describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { globals, programs } from "./style.ts"
import { TARGET, Target } from "./target.ts"

const object = programs("probes")
describe("probes of user space on Linux", () => {
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

  test("every place of a USDT probe counts in its semaphore", async () => {
    await using kernel = await openLinuxKernel()
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
