import { describe, expect, test } from "vitest"
import { BlockAllocator } from "./block-allocator.ts"
import { KERNEL_START, KernelMemory, NULL_GUARD_END } from "./kernel-memory.ts"

describe("KernelMemory", () => {
  test("gives zeroed blocks, kernel above user memory, nothing in the first page", () => {
    const memory = new KernelMemory()
    const user = memory.allocUser(100)
    const kernel = memory.alloc(100)
    expect(user).toBeGreaterThanOrEqual(NULL_GUARD_END)
    expect(kernel).toBeGreaterThanOrEqual(KERNEL_START)
    expect(memory.isUser(user, 100) && !memory.isKernel(user, 100)).toBe(true)
    expect(memory.isKernel(kernel, 100) && !memory.isUser(kernel, 100)).toBe(true)
    memory.write(kernel, Uint8Array.of(1, 2, 3))
    memory.free(kernel)
    expect(memory.alloc(100)).toBe(kernel)
    expect(memory.read(kernel, 3)).toEqual(Uint8Array.of(0, 0, 0))
  })

  test("grows under its users, who see the same content after", () => {
    const memory = new KernelMemory()
    const small = memory.alloc(16)
    memory.view.setUint32(small, 0xdecade, true)
    const before = memory.size
    memory.alloc(before)
    expect(memory.size).toBeGreaterThan(before)
    expect(memory.view.getUint32(small, true)).toBe(0xdecade)
  })

  test("reads strings no further than asked", () => {
    const memory = new KernelMemory()
    const at = memory.alloc(16)
    memory.write(at, new TextEncoder().encode("/bin/true"))
    expect(new TextDecoder().decode(memory.readCString(at))).toBe("/bin/true")
    expect(memory.readCString(at, 4).length).toBe(4)
  })
})

describe("BlockAllocator", () => {
  test("reuses freed blocks of the same rounded size and never overlaps", () => {
    const allocator = new BlockAllocator("test", 1000 * 16, 2000 * 16)
    const first = allocator.alloc(20)
    const second = allocator.alloc(20)
    expect(second - first).toBe(32)
    allocator.free(first)
    expect(allocator.alloc(32)).toBe(first)
    expect(allocator.used).toBe(64)
  })

  test("says so when it is full, and when something is freed twice", () => {
    const allocator = new BlockAllocator("test", 0, 64)
    const block = allocator.alloc(64)
    expect(() => allocator.alloc(1)).toThrow("test is full")
    allocator.free(block)
    expect(() => allocator.free(block)).toThrow("BUG")
  })
})
