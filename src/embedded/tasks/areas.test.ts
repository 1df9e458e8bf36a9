import { expect, test } from "vitest"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { areaAt } from "./areas.ts"

const profile = await loadBuiltinProfile("6.12")

test("a process has its executable, the vDSO, its stack, and what it put into memory", () => {
  const kernel = new EmbeddedKernel(profile)
  const { memory } = kernel
  const process = kernel.world.spawn()
  process.exec("/bin/ls")
  const { task } = process
  const used = memory.kernel.used
  const flagsAt = (address: number): number | undefined => {
    const area = areaAt(kernel, task, BigInt(address))
    const flags = area?.number("vm_flags")
    area?.free()
    return flags && flags & 0x107
  }
  const mm = (field: string): number => task.mm.number(field)
  expect(flagsAt(mm("start_code"))).toBe(5)
  expect(flagsAt(mm("end_code") - 1)).toBe(5)
  expect(flagsAt(mm("start_data"))).toBe(3)
  expect(flagsAt(mm("start_code") - 1)).toBe(1)
  expect(flagsAt(mm("start_stack") - 1)).toBe(0x103)
  expect(flagsAt(mm("context.vdso"))).toBe(5)
  expect(flagsAt(mm("context.vdso") - 1)).toBe(1)
  expect(flagsAt(task.pushUser(new Uint8Array(10_000)) + 9999)).toBe(3)
  for (const address of [0, mm("start_brk"), memory.size - 8, 2 ** 46])
    expect(flagsAt(address)).toBeUndefined()
  expect(memory.kernel.used).toBe(used)
  const code = areaAt(kernel, task, BigInt(mm("start_code")))!
  const file = kernel.types.at("file", code.number("vm_file"))
  expect(file.number("f_path.dentry")).toBe(kernel.files.find("/bin/ls")?.dentry.address)
  expect(code.number("vm_mm")).toBe(task.mm.address)
})

test("a thread of the kernel has none, and a child has its own", () => {
  const kernel = new EmbeddedKernel(profile)
  expect(kernel.idle.object.number("mm")).toBe(0)
  const parent = kernel.world.spawn()
  const child = parent.fork()
  const [one, other] = [parent, child].map(
    ({ task }) => areaAt(kernel, task, BigInt(task.userStack - 0x4000))!,
  )
  expect(one!.get("vm_start")).not.toBe(other!.get("vm_start"))
  expect(child.task.executable?.get("f_inode")).toBe(parent.task.executable?.get("f_inode"))
  expect(areaAt(kernel, parent.task, BigInt(child.task.userStack - 0x4000))).toBeUndefined()
})

test("what waits for interrupts has one place while they are off", () => {
  const kernel = new EmbeddedKernel(profile)
  expect([kernel.putOff("work"), kernel.putOff("work")]).toEqual([true, true])
})
