import { expect, test } from "vitest"
import { BtfBuilder, readBtf, type TypeId } from "../../../btf/index.ts"
import { loadBuiltinProfile } from "../../../profile/node.ts"
import { EmbeddedKernel } from "../../embedded-kernel.ts"
import { key, TestHost, value } from "../../testing/test-host.ts"
import { createMap } from "../create-map.ts"
import type { MapAttributes } from "../map-storage.ts"
import type { LocalStorage } from "./local-storage.ts"

const TASK_STORAGE = 29
const CREATE = 1

const ATTRIBUTES: MapAttributes = {
  ...{ name: "storage", type: TASK_STORAGE, keySize: 4, valueSize: 8, maxEntries: 0, flags: 1, extra: 0n },
  types: integers(),
}

function integers(): NonNullable<MapAttributes["types"]> {
  const builder = new BtfBuilder()
  const int = (name: string, size: number): TypeId =>
    builder.add({ kind: "int", name, size, encoding: "", bitOffset: 0, bits: size * 8 })
  const [key, value] = [int("u32", 4), int("u64", 8)]
  return { btf: readBtf(builder.build()), key, value }
}

test("a task storage is made by programs, and read by user space under the process id", () => {
  const host = new TestHost()
  const map = host.map(TASK_STORAGE, ATTRIBUTES)
  const { address, pid } = host.task
  expect(host.call("bpf_task_storage_get", [map.address, address, 0, 0])).toBe(0)
  const at = host.call("bpf_task_storage_get", [map.address, address, host.put([5n]), CREATE]) as number
  expect(host.memory.read(at, 8)).toEqual(value(5n))
  expect(map.get(key(pid))).toEqual(value(5n))
  map.set(key(pid), value(6n), 2n)
  expect(host.memory.read(at, 8)).toEqual(value(6n))
  expect(() => map.get(key(999))).toThrow("there is nothing with id 999 that has a value here (EBADF)")
  expect(host.call("bpf_task_storage_delete", [map.address, address])).toBe(0)
  expect(map.get(key(pid))).toBeUndefined()
})

test("a value goes with its task", async () => {
  const kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))
  const map = createMap(kernel, kernel.objects.nextId("map"), ATTRIBUTES) as LocalStorage
  kernel.objects.admitMap(map)
  const child = kernel.world.spawn()
  map.set(key(child.pid), value(7n), 0n)
  const { address } = child.task.object
  expect(map.of(address)).not.toBe(0)
  child.exit()
  kernel.world.shell.wait({ noHang: true })
  expect(map.of(address)).toBe(0)
  expect(() => map.get(key(child.pid))).toThrow("EBADF")
})

test("a storage needs BTF types and BPF_F_NO_PREALLOC", () => {
  const host = new TestHost()
  const { types: _types, ...untyped } = ATTRIBUTES
  expect(() => host.map(TASK_STORAGE, untyped)).toThrow("it needs BTF types for key and value (EINVAL)")
  expect(() => host.map(TASK_STORAGE, { ...ATTRIBUTES, flags: 0 })).toThrow(
    "this type needs BPF_F_NO_PREALLOC",
  )
})
