import { expect, test } from "vitest"
import { BtfBuilder, readBtf, type TypeId } from "../../btf/index.ts"
import { bootKernel } from "../boot.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"
import { createMap, type LocalStorage, type MapAttributes } from "../maps/index.ts"
import { key, value } from "../testing/test-host.ts"

const INODE_STORAGE = 28
const NO_PREALLOC = 1

function inodeStorage(kernel: EmbeddedKernel): LocalStorage {
  const builder = new BtfBuilder()
  const int = (name: string, size: number): TypeId =>
    builder.add({ kind: "int", name, size, encoding: "", bitOffset: 0, bits: size * 8 })
  const types = { key: int("u32", 4), value: int("u64", 8), btf: readBtf(builder.build()) }
  const sizes = { keySize: 4, valueSize: 8, maxEntries: 0, extra: 0n }
  const attributes: MapAttributes = {
    ...{ name: "labels", type: INODE_STORAGE, flags: NO_PREALLOC, types },
    ...sizes,
  }
  const map = createMap(kernel, kernel.objects.nextId("map"), attributes) as LocalStorage
  kernel.objects.admitMap(map)
  return map
}

test("a value of an inode stays until the name is gone and the last descriptor is closed", async () => {
  await using kernel = await bootKernel()
  const { shell } = kernel.world
  const labels = inodeStorage(kernel)
  const [fd, other] = ["first", "again"].map(() => {
    const opened = shell.open("/tmp/kept", { create: true, write: true })
    return opened.ok ? opened.value : -1
  }) as [number, number]
  const inode = shell.task.fileAt(fd)?.number("f_inode") ?? 0
  const asShell = <T>(action: () => T): T => {
    const before = kernel.current
    kernel.current = shell.task
    try {
      return action()
    } finally {
      kernel.current = before
    }
  }
  asShell(() => labels.set(key(fd), value(7n), 0n))
  expect(asShell(() => labels.get(key(other)))).toEqual(value(7n))
  expect(shell.unlink("/tmp/kept").ok).toBe(true)
  expect(shell.open("/tmp/kept")).toEqual({ ok: false, errno: "ENOENT" })
  shell.close(fd)
  expect(asShell(() => labels.get(key(other)))).toEqual(value(7n))
  expect(() => asShell(() => labels.get(key(fd)))).toThrow("EBADF")
  expect(shell.write(other, new Uint8Array(3))).toEqual({ ok: true, value: 3 })
  shell.close(other)
  expect(labels.of(inode)).toBe(0)
})

test("a value goes with the name of a file that nobody has open, and with its directory's", async () => {
  await using kernel = await bootKernel()
  const { shell } = kernel.world
  const labels = inodeStorage(kernel)
  shell.makeDirectory("/tmp/folder")
  const opened = shell.open("/tmp/folder/file", { create: true, write: true })
  const [folder, file] = ["/tmp/folder", "/tmp/folder/file"].map(path => {
    const address = kernel.files.find(path)?.inode.address ?? 0
    labels.create(address, 0)
    return address
  }) as [number, number]
  shell.unlink("/tmp/folder/file")
  expect(shell.removeDirectory("/tmp/folder").ok).toBe(true)
  // The open file keeps the directory that it stood in.
  expect([labels.of(folder), labels.of(file)]).not.toContain(0)
  shell.close(opened.ok ? opened.value : -1)
  expect([labels.of(folder), labels.of(file)]).toEqual([0, 0])
})
