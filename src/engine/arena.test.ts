import { describe, expect, test } from "vitest"
import { ARENA_PAGE, type Arena } from "./arena.ts"
import { InstructionFault } from "./instruction-fault.ts"
import type { Machine } from "./machine.ts"
import { ENGINES } from "./testing/engines.ts"
import { DATA, testMachine, testProgram } from "./testing/test-machine.ts"

/** Four pages behind a page of other things, the first of them mapped. */
const [PAGES, ADDRESS, SIZE] = [DATA, DATA + ARENA_PAGE, 4 * ARENA_PAGE]
const USER = 0x7f12_0000_8000n

function arenaOn(machine: Machine, options: Partial<Arena> = {}): Arena {
  const bytes = new Uint8Array(machine.memory.buffer)
  bytes[PAGES] = 1
  return {
    address: ADDRESS,
    size: SIZE,
    user: USER,
    convertsToUser: true,
    pages: PAGES,
    sink: PAGES + 64,
    isMapped: (offset, length) => {
      let isMapped = true
      for (let page = offset >> 12; page <= (offset + length - 1) >> 12; page++) {
        const start = ADDRESS + page * ARENA_PAGE
        if (bytes.subarray(start, start + ARENA_PAGE).some(byte => byte !== 0)) bytes[PAGES + page] = 1
        isMapped &&= bytes[PAGES + page] !== 0
      }
      return isMapped
    },
    ...options,
  }
}

describe.each(ENGINES)("%s", (_, interpret) => {
  function run(
    text: string,
    registers: readonly bigint[] = [USER],
    machine = testMachine(),
    options: Partial<Arena> = {},
  ): bigint {
    return interpret({ ...testProgram(text), arena: arenaOn(machine, options) }, machine, registers)
  }

  const CAST = "r1 = addr_space_cast(r1, 0, 1)\n"

  test("what is stored in a mapped page is loaded again, in every size", () => {
    for (const size of ["u8", "u16", "u32", "u64"]) {
      const machine = testMachine()
      const text = `${CAST}*(${size} *)(r1 +16) = 7\nr0 = *(${size} *)(r1 +16)\nexit`
      expect(run(text, [USER], machine)).toBe(7n)
      expect(new Uint8Array(machine.memory.buffer)[ADDRESS + 16]).toBe(7)
    }
  })

  test("only the low half of a pointer counts", () => {
    const text = `${CAST}*(u64 *)(r1 +0) = 7\nr0 = *(u64 *)(r1 +0)\nexit`
    for (const pointer of [USER, USER & 0xffff_ffffn, USER | (0xffffn << 48n)])
      expect(run(text, [pointer])).toBe(7n)
  })

  test("pages that are not mapped, and what is around, read as zeros and keep nothing", () => {
    for (const offset of [4096n, 3n * 4096n + 8n, 16384n, -8n, 0x4000_0000n, -0x4000_0000n, 4093n, 16380n]) {
      const machine = testMachine()
      const before = new Uint8Array(machine.memory.buffer)
      before.fill(0x55, 0x2_8000)
      const copy = before.slice()
      const text = `${CAST}r0 = 9\n*(u64 *)(r1 +0) = 7\nlock *(u64 *)(r1 +0) += r1\nr0 = *(u64 *)(r1 +0)\nexit`
      expect(run(text, [USER + offset], machine)).toBe(0n)
      const after = new Uint8Array(machine.memory.buffer).slice()
      // Frames, the table of pages, and the place for what goes nowhere.
      for (const memory of [copy, after]) memory.fill(0, PAGES, ADDRESS).fill(0, 0x2_0000, 0x2_4000)
      expect(after).toEqual(copy)
    }
  })

  test("the offset of an access does not wrap around the low half", () => {
    const user = 0x7f12_0000_0000n
    const text = `${CAST}r0 = *(u64 *)(r1 +8)\nexit`
    const machine = testMachine()
    new DataView(machine.memory.buffer).setBigUint64(ADDRESS, 5n, true)
    expect(run(text, [user - 8n], machine, { user })).toBe(0n)
    // Arithmetic does.
    expect(run(`${CAST}r1 += 8\nr0 = *(u64 *)(r1 +0)\nexit`, [user - 8n], machine, { user })).toBe(5n)
  })

  test("loads over two pages need both", () => {
    const machine = testMachine()
    new Uint8Array(machine.memory.buffer).fill(1, ADDRESS + 4092, ADDRESS + 4096)
    const text = `${CAST}r0 = *(u64 *)(r1 +4092)\nexit`
    expect(run(text, [USER], machine)).toBe(0n)
    new Uint8Array(machine.memory.buffer)[PAGES + 1] = 1
    expect(run(text, [USER], machine)).toBe(0x0101_0101n)
  })

  test.each([
    ["lock *(u64 *)(r1 +0) += r2", 5n],
    ["r2 = atomic64_fetch_add((u64 *)(r1 +0), r2)", 0n],
    ["r2 = atomic64_xchg((u64 *)(r1 +0), r2)", 0n],
    ["r2 = atomic_fetch_add((u32 *)(r1 +0), r2)", 0n],
  ])("%s works on a page, and leaves its registers alone elsewhere", (text, before) => {
    const program = `${CAST}${text}\nr0 = r2\nexit`
    expect(run(program, [USER, 5n])).toBe(before)
    expect(run(program, [USER + 4096n, 5n])).toBe(5n)
    expect(run(program, [USER + 4096n, -1n])).toBe(0xffff_ffff_ffff_ffffn)
  })

  test("an exchange that compares leaves r0 alone where nothing is", () => {
    const text = `${CAST}r0 = 0x123456789a\nr0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)\nexit`
    expect(run(text, [USER, 7n])).toBe(0n)
    expect(run(text, [USER + 8192n, 7n])).toBe(0x12_3456_789an)
  })

  test("casts to user space give the arena's upper half, and null stays null", () => {
    const there = "r0 = addr_space_cast(r1, 1, 0)\nexit"
    expect(run(there, [0x8010n])).toBe(0x7f12_0000_8010n)
    expect(run(there, [0n])).toBe(0n)
    expect(run(there, [1n << 40n])).toBe(0n)
    expect(run(`${CAST}${there}`, [0x55_0000_9000n])).toBe(0x7f12_0000_9000n)
    expect(run(`${CAST}r0 = r1\nexit`, [0n])).toBe(0n)
    expect(run(there, [USER], testMachine(), { convertsToUser: false })).toBe(0x8000n)
  })

  test("pointers of functions, in frames and of other memory are what they were", () => {
    const text = `r6 = r2
      ${CAST}*(u64 *)(r10 -8) = r1
      call store
      r1 = *(u64 *)(r10 -8)
      r0 = *(u64 *)(r1 +24)
      r7 = *(u64 *)(r6 +0)
      r0 += r7
      exit
      store: *(u64 *)(r1 +24) = 40
      r0 = 0
      exit`
    const machine = testMachine()
    new DataView(machine.memory.buffer).setBigUint64(0x2_8000, 2n, true)
    expect(run(text, [USER, 0x2_8000n], machine)).toBe(42n)
  })

  test("what no arena has faults as before", () => {
    for (const pointer of [USER, 1n << 49n, 1n << 60n, 0xffff_8880_0000_0000n])
      expect(() => run("r0 = *(u64 *)(r1 +0)\nexit", [pointer])).toThrow(InstructionFault)
  })

  test("a page that user space has written to is there", () => {
    for (const [place, expected] of [
      [0, 3n],
      [4088, 3n],
      [4094, 0n],
    ] as const) {
      const machine = testMachine()
      const bytes = new Uint8Array(machine.memory.buffer)
      bytes[ADDRESS + ARENA_PAGE + 100] = 9
      const text = `${CAST}*(u32 *)(r1 +0) = 3\nr0 = *(u32 *)(r1 +0)\nexit`
      expect(run(text, [USER + BigInt(ARENA_PAGE + place)], machine)).toBe(expected)
      // From now on, whatever it holds.
      expect(bytes[PAGES + 1]).toBe(1)
      expect(bytes[PAGES + 2]).toBe(0)
    }
  })
})
