import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bootKernel } from "../boot.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"
import type { Process } from "../world/process.ts"
import { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from "./flags.ts"

let kernel: EmbeddedKernel
let process: Process
beforeAll(async () => {
  kernel = await bootKernel()
  process = kernel.world.shell
})
afterAll(() => kernel[Symbol.asyncDispose]())

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe("regular files", () => {
  test("keep what is written, from the beginning, at the end, or anew", () => {
    const write = (flags: number, text: string): void => {
      const opened = process.openWith("/tmp/f", O_WRONLY | flags)
      if (!opened.ok) throw new Error(opened.errno)
      expect(process.write(opened.value, bytes(text))).toEqual({ ok: true, value: text.length })
      process.close(opened.value)
    }
    write(O_CREAT, "abc")
    write(0, "X")
    write(O_APPEND, "d")
    expect(kernel.world.readText("/tmp/f")).toBe("Xbcd")
    expect(kernel.files.find("/tmp/f")?.operations?.size?.()).toBe(4)
    write(O_TRUNC, "n")
    expect(kernel.world.readText("/tmp/f")).toBe("n")
    kernel.world.unlink("/tmp/f")
  })

  test("are not written through a descriptor that only reads", () => {
    const opened = process.openWith("/etc/hostname", O_RDONLY)
    if (!opened.ok) throw new Error(opened.errno)
    expect(process.write(opened.value, bytes("x"))).toMatchObject({ errno: "EBADF" })
    process.close(opened.value)
  })
})

describe("directories", () => {
  test("are made, listed and removed", () => {
    expect(process.makeDirectory("/tmp/d")).toEqual({ ok: true, value: 0 })
    const mode = kernel.files.find("/tmp/d")?.inode.number("i_mode") ?? 0
    expect(mode & 0o777).toBe(0o755)
    expect(process.makeDirectory("/tmp/d")).toMatchObject({ errno: "EEXIST" })
    expect(process.makeDirectory("/tmp/d/e")).toEqual({ ok: true, value: 0 })
    expect(process.removeDirectory("/tmp/d")).toMatchObject({ errno: "ENOTEMPTY" })
    const opened = process.open("/tmp/d", { directory: true })
    if (!opened.ok) throw new Error(opened.errno)
    expect(process.names(opened.value).names).toEqual([".", "..", "e"])
    expect(process.read(opened.value, 8)).toMatchObject({ errno: "EISDIR" })
    process.close(opened.value)
    for (const path of ["/tmp/d/e", "/tmp/d"]) expect(process.removeDirectory(path).ok).toBe(true)
  })

  test.each([
    ["/tmp", "EEXIST", "ENOTEMPTY"],
    ["/nope/d", "ENOENT", "ENOENT"],
    ["/etc/hostname", "EEXIST", "ENOTDIR"],
    ["/etc/hostname/d", "ENOTDIR", "ENOTDIR"],
    ["/", "ENOENT", "EBUSY"],
  ])("%s is refused: mkdir %s, rmdir %s", (path, made, removed) => {
    if (path === "/tmp") process.makeDirectory("/tmp/keep")
    if (path !== "/") expect(process.makeDirectory(path)).toMatchObject({ errno: made })
    expect(process.removeDirectory(path)).toMatchObject({ errno: removed })
    process.removeDirectory("/tmp/keep")
  })

  test("whose names follow from something else have them for as long as that is so", () => {
    let names = ["a", "b"]
    kernel.files.create("/tmp/made", {
      folder: { names: () => names, entry: name => (names.includes(name) ? { mode: 0o400 } : undefined) },
    })
    const used = kernel.memory.kernel.used
    const a = kernel.files.find("/tmp/made/a")
    expect(a).toBeDefined()
    expect(kernel.files.find("/tmp/made/a")).toBe(a)
    names = ["b"]
    expect(kernel.files.find("/tmp/made/a")).toBeUndefined()
    expect(kernel.memory.kernel.used).toBe(used)
    kernel.files.create("/tmp/made/c")
    expect(kernel.files.names(kernel.files.find("/tmp/made")!)).toEqual(["b", "c"])
    expect(kernel.files.find("/tmp/made/../made/c")).toBeDefined()
    kernel.files.remove(kernel.files.find("/tmp/made")!)
  })
})
