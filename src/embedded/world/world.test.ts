import { beforeEach, describe, expect, test } from "vitest"
import { NotModelledError, UsageError } from "../../base/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { bootKernel } from "../boot.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import type { EmbeddedWorld } from "./world.ts"

const profile = await loadBuiltinProfile("6.12")
let kernel: EmbeddedKernel
let world: EmbeddedWorld

beforeEach(() => {
  kernel = new EmbeddedKernel(profile)
  world = kernel.world
})

describe("a shell that runs a program", () => {
  test.each([
    ["/bin/true", {}, 0],
    ["/bin/false", { status: 1 }, 1],
    ["/bin/nothing", {}, 127],
    ["/etc/passwd", {}, 126],
    ["relative/path", {}, 127],
    ["", {}, 127],
    ["/bin", {}, 126],
    ["/bin/true/deeper", {}, 126],
  ])("gets the status of %s", async (path, options, status) => {
    expect((await world.exec(path, options)).status).toBe(status)
  })

  test("gives a pid to each, and all memory back", async () => {
    await world.exec("/bin/true")
    const used = [kernel.memory.kernel.used, kernel.memory.user.used]
    const pids = [await world.exec("/bin/true"), await world.exec("/bin/ls")].map(({ pid }) => pid)
    expect(pids).toEqual([102, 103])
    expect([kernel.memory.kernel.used, kernel.memory.user.used]).toEqual(used)
  })

  test("lets the program act in between", async () => {
    await world.exec("/bin/cat", {
      uid: 1000,
      body: process => {
        expect([process.comm, process.task.uid, process.getppid()]).toEqual(["cat", 1000, world.shell.pid])
        expect(process.open("/etc/passwd")).toEqual({ ok: true, value: 3 })
        expect(process.open("/etc/hostname")).toEqual({ ok: true, value: 4 })
      },
    })
  })
})

describe("a process", () => {
  test("gets errnos for what cannot be done", () => {
    const process = world.spawn()
    const errno = (result: object) => ("errno" in result ? result.errno : undefined)
    expect(errno(process.open("/etc/nothing"))).toBe("ENOENT")
    expect(errno(process.open("/nowhere/new", { create: true }))).toBe("ENOENT")
    expect(errno(process.open("/etc/passwd", { create: true, exclusive: true }))).toBe("EEXIST")
    expect(errno(process.open("/etc/passwd", { directory: true }))).toBe("ENOTDIR")
    expect(errno(process.unlink("/etc"))).toBe("EISDIR")
    expect(errno(process.close(17))).toBe("EBADF")
    expect(errno(process.open(""))).toBe("ENOENT")
    expect(errno(process.unlink(""))).toBe("ENOENT")
    expect(errno(process.open("/x".repeat(3000)))).toBe("ENAMETOOLONG")
    expect(errno(process.open("/etc/passwd/x"))).toBe("ENOTDIR")
    expect(errno(process.unlink("/etc/passwd/x"))).toBe("ENOTDIR")
    expect(errno(process.open("/etc", { write: true }))).toBe("EISDIR")
    expect(errno(process.exec("/etc/nothing"))).toBe("ENOENT")
    expect(errno(process.wait())).toBe("ECHILD")
  })

  test("makes a file with its mode and its owner, and removes it", () => {
    const process = world.spawn({ uid: 1000, gid: 100 })
    expect(process.open("/tmp/new", { create: true, mode: 0o600 }).ok).toBe(true)
    const inode = world.files.find("/tmp/new")?.inode
    expect([inode?.number("i_uid.val"), (inode?.number("i_mode") ?? 0) & 0o777]).toEqual([1000, 0o600])
    expect(process.unlink("/tmp/new").ok).toBe(true)
    expect(world.files.find("/tmp/new")).toBeUndefined()
  })

  test("may do what modes and owners let it", () => {
    const errno = (result: object) => ("errno" in result ? result.errno : "none")
    const [owner, other] = [world.spawn({ uid: 1000, gid: 100 }), world.spawn({ uid: 1001, gid: 101 })]
    owner.open("/tmp/own", { create: true, mode: 0o600 })
    expect(errno(owner.open("/tmp/own", { write: true }))).toBe("none")
    expect(errno(other.open("/tmp/own"))).toBe("EACCES")
    expect(errno(other.open("/etc/passwd", { write: true }))).toBe("EACCES")
    expect(errno(other.open("/etc/new", { create: true }))).toBe("EACCES")
    expect(errno(other.unlink("/tmp/own"))).toBe("EPERM")
    expect(errno(other.unlink("/etc/passwd"))).toBe("EACCES")
    expect(errno(owner.unlink("/tmp/own"))).toBe("none")
    expect(errno(world.shell.open("/etc/passwd", { write: true }))).toBe("none")
  })

  test("that has exited is refused by name, not by a crash", () => {
    const process = world.spawn()
    const { pid } = process
    process.exit(3)
    expect(process.pid).toBe(pid)
    for (const act of [() => process.open("/etc/passwd"), () => process.fork(), () => process.exit()])
      expect(act).toThrow(
        new UsageError(`process ${pid} has exited and can do nothing any more`, { errno: "ESRCH" }),
      )
  })

  test("waits for its own children", () => {
    const parent = world.spawn()
    const child = parent.fork()
    const { pid } = child
    expect(() => parent.wait()).toThrow(NotModelledError)
    expect(parent.wait({ noHang: true })).toEqual({ ok: true, value: 0 })
    child.exit(1)
    expect(parent.wait()).toEqual({ ok: true, value: pid })
    expect(parent.wait()).toEqual({ ok: false, errno: "ECHILD" })
  })

  test("that exits before its children leaves them to init", () => {
    const parent = world.spawn()
    const child = parent.fork()
    parent.exit()
    expect(child.getppid()).toBe(1)
    child.exit()
    expect(() => child.getppid()).toThrow("has exited")
  })

  test("may open files for long without filling memory", () => {
    const process = world.spawn()
    for (let round = 0; round < 5; round++) process.open("/etc/nothing")
    const used = [kernel.memory.kernel.used, kernel.memory.user.used]
    for (let round = 0; round < 500; round++) process.open("/etc/nothing")
    expect([kernel.memory.kernel.used, kernel.memory.user.used]).toEqual(used)
  })
})

test("a file in a directory that does not exist is refused with its path", () => {
  expect(() => world.files.create("/nowhere/file")).toThrow(
    new UsageError("/nowhere/file: there is no directory to make it in", { errno: "ENOENT" }),
  )
})

test("pairs and rights that no machine has are refused", async () => {
  await using kernel = await bootKernel()
  const { world } = kernel
  const pair = () => world.makePair({ name: "a0", addresses: [], mtu: 3 }, { name: "a1", addresses: [] })
  expect(pair).toThrow("a0: an MTU of 3 is not between 68 and 65535 (EINVAL)")
  expect(() => world.interfaceIndex("a0")).toThrow("a0")
  await expect(world.withCapabilities(["CAP_BFP" as "CAP_BPF"], () => 1)).rejects.toMatchObject({
    errno: "EINVAL",
    hint: "did you mean CAP_BPF?",
  })
})
