import { describe, expect, test } from "vitest"
import { BlockAllocator } from "./block-allocator.ts"
import { KERNEL_START, KernelMemory, NULL_GUARD_END } from "./kernel-memory.ts"

describe("KernelMemory", () => {
  test("gives zeroed blocks, kernel above user memory, nothing in the first page", () => {
    const memory = new KernelMemory()
    const user = memory.allocUser(100)
    const kernel = memory.alloc(5000)
    expect(user).toBeGreaterThanOrEqual(NULL_GUARD_END)
    expect(kernel).toBeGreaterThanOrEqual(KERNEL_START)
    expect(memory.isUser(user, 100) && !memory.isKernel(user, 100)).toBe(true)
    expect(memory.isKernel(kernel, 100) && !memory.isUser(kernel, 100)).toBe(true)
    memory.write(kernel, Uint8Array.of(1, 2, 3))
    memory.free(kernel)
    expect(memory.alloc(5000)).toBe(kernel)
    expect(memory.read(kernel, 3)).toEqual(Uint8Array.of(0, 0, 0))
  })

  test("has the size it was made with, and says so when it is full", () => {
    const memory = new KernelMemory({ bytes: KERNEL_START + 0x10_0001 })
    expect(memory.size).toBe(KERNEL_START + 0x11_0000)
    memory.alloc(0x10_0000)
    expect(() => memory.alloc(0x1_0000)).toThrow("kernel memory is full: 65536 bytes asked")
    expect(() => new KernelMemory({ bytes: 1000 })).toThrow("has 34603008 bytes of memory at least, not 1000")
    expect(() => new KernelMemory({ bytes: Number.NaN })).toThrow("at least, not NaN")
    expect(() => new KernelMemory({ bytes: 2 ** 40 })).toThrow("the host does not give")
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
    const allocator = new BlockAllocator("test", 0, 100_000)
    const first = allocator.alloc(5000)
    const second = allocator.alloc(5000)
    expect(second - first).toBe(5120)
    allocator.free(first)
    expect(allocator.alloc(5001)).toBe(first)
    expect(allocator.used).toBe(2 * 5120)
  })

  test("lets small blocks wait before it reuses them, the oldest first, unless it is full", () => {
    const allocator = new BlockAllocator("test", 0, 20 * 32)
    const blocks = Array.from({ length: 18 }, () => allocator.alloc(20))
    allocator.free(blocks[3] as number)
    expect(allocator.alloc(20)).toBe(18 * 32)
    for (const block of blocks.slice(4)) allocator.free(block)
    expect(allocator.alloc(20)).toBe(19 * 32)
    expect(allocator.alloc(20)).toBe(blocks[3])
    const many = new BlockAllocator("test", 0, 1e6)
    const freed = Array.from({ length: 17 }, () => many.alloc(20))
    for (const block of freed) many.free(block)
    expect(many.alloc(20)).toBe(freed[0])
  })

  test("says so when it is full, and when something is freed twice", () => {
    const allocator = new BlockAllocator("test", 0, 64)
    const block = allocator.alloc(64)
    expect(() => allocator.alloc(1)).toThrow("test is full")
    allocator.free(block)
    expect(() => allocator.free(block)).toThrow("BUG")
  })
})
