import { describe, expect, test } from "vitest"
import { assemble, encodeInstructions } from "../../isa/index.ts"
import { functionStarts } from "../functions.ts"
import type { NativeCalls } from "../native-calls.ts"
import { prepare } from "../prepare.ts"
import { Random, randomProgram } from "../testing/random-program.ts"
import { type CompileOptions, compileInstructions } from "./compile.ts"
import { dumpModule } from "./dump.ts"
import { execute } from "./execute.ts"
import { NativeFunctions } from "./natives.ts"

const dump = (text: string, options: CompileOptions = {}): string =>
  dumpModule(compileInstructions(assemble(text), { memoryBytes: 0x1_0000, ...options }))

test("a loop is a loop, and pays fuel at its head", () => {
  expect(
    dump("r0 = 0\nagain: r0 += r1\nr1 -= 1\nif r1 != 0 goto again\nexit").split("\nfunc $each")[0],
  ).toBe(`func $f0 (param i32 i64 i64 i64 i64 i64) (result i64)
  local 7 × i64, 3 × i32, 1 × i64
  global.get 2
  local.set 11
  local.get 11
  i64.const 2
  i64.sub
  local.tee 11
  i64.const 0
  i64.lt_s
  if
    i64.const 274877906944
    global.set 3
    unreachable
  end
  i64.const 0
  local.set 6
  block
    loop
      local.get 11
      i64.const 3
      i64.sub
      local.tee 11
      i64.const 0
      i64.lt_s
      if
        i64.const 274877906945
        global.set 3
        unreachable
      end
      local.get 6
      local.get 1
      i64.add
      local.set 6
      local.get 1
      i64.const 1
      i64.sub
      local.set 1
      local.get 1
      i64.const 0
      i64.ne
      br_if 0
      br 1
    end
  end
  local.get 11
  global.set 2
  local.get 6
  return
  unreachable
  unreachable
`)
})

test("the frame is reached without a check, other memory with one", () => {
  const text = dump("*(u64 *)(r10 -8) = r1\nr0 = *(u32 *)(r1 +4)\nexit")
  expect(text).toContain("  local.get 0\n  local.get 1\n  i64.store offset=504\n")
  expect(text).toContain("  local.get 1\n  i64.const 4\n  i64.add\n  i64.const 65532\n  i64.gt_u\n  if\n")
  expect(text).toContain("  local.get 1\n  i32.wrap_i64\n  i32.const 4\n  i32.add\n  i32.load\n")
})

describe("the optimising tier", () => {
  const optimised = (text: string): string =>
    dump(text, { tier: "optimising", memoryBytes: 0x10_0000 }).split(/^func/m)[1]!

  test("tests at the start how far accesses go from an argument, not each of them", () => {
    const text = optimised("r0 = *(u32 *)(r1 +4)\n*(u8 *)(r1 +64) = 7\nr1 += 8\nr2 = *(u64 *)(r1 -16)\nexit")
    // From 8 below r1 to 65 above it, and from 64 KiB on.
    expect(text).toContain(
      `  local.get 1\n  i64.const ${-8 - 0x1_0000}\n  i64.add\n  i64.const ${0x10_0000 - 0x1_0000 - 73}`,
    )
    expect(text.match(/gt_u/g)).toHaveLength(1)
    expect(text).toContain("    call $5\n    return\n")
  })

  test("lets a loop with a counter pay behind its last round", () => {
    const text = optimised("r0 = 0\nr2 = 0\nagain: r0 += r2\nr2 += 1\nif r2 != 1000 goto again\nexit")
    expect(text).toContain("    loop\n      local.get 6\n      local.get 2\n      i64.add\n")
    expect(text).toContain("i64.mul")
    expect(text).toContain("i64.const 262144\n  i64.lt_s")
  })

  test("stops a loop that nothing is known of where its fuel ends, by its counter", () => {
    const text = optimised("r0 = 0\nagain: r0 += r2\nr2 -= 1\nif r2 != 0 goto again\nexit")
    // A third of the fuel, as three instructions make a round; and what is left of it comes back.
    expect(text).toContain(`i64.const ${Math.floor(0x1_0000 / 3)}\n  i64.mul\n  i64.const 16\n  i64.shr_u`)
    expect(text).toContain("    loop\n      local.get 2\n      local.get 16\n      i64.eq\n      if\n")
    expect(text).toMatch(/local.get 11\n +local.get 2\n +local.get 16\n +i64.sub\n +i64.const 3\n +i64.mul\n/)
  })

  test("lets a loop without a counter pay in each round", () => {
    const text = optimised("r0 = 0\nagain: r0 += r2\nr2 >>= 1\nif r2 != 0 goto again\nexit")
    expect(text).toContain("    loop\n      local.get 11\n")
  })

  test("keeps parts of the frame in registers", () => {
    const text = optimised(
      "*(u64 *)(r10 -8) = r1\nr2 = 0\nagain: r3 = *(u64 *)(r10 -8)\nr3 += r2\n*(u64 *)(r10 -8) = r3\n" +
        "r2 += 1\nif r2 != 9 goto again\nr0 = *(u64 *)(r10 -8)\nexit",
    )
    expect(text.match(/i64.load/g)).toHaveLength(1)
    expect(text.match(/i64.store/g)).toHaveLength(1)
  })

  test("follows an address by its low half alone where no access needs a check", () => {
    const text = optimised(
      "r0 = 0\nr2 = 0\nagain: r3 = *(u32 *)(r1 +0)\nw0 += w3\nr1 += 4\nr2 += 1\nif r2 != 20 goto again\nexit",
    )
    const [, loop = ""] = text.split("    loop\n")
    expect(loop).toContain("i32.const 4\n      i32.add\n")
    expect(loop.split("end")[0]).not.toMatch(/i64.add|wrap/)
  })

  test("knows what a number can be from its sum with another one, and pays for rounds of unequal length", () => {
    // As a sieve does: r3 is the first, r2 the step, which the loop itself does not change.
    const text = optimised(
      "r2 = 2\nouter: r3 = r2\nr3 <<= 1\nr4 = 0\ninner: r5 = r1\nr5 += r3\nr5 += r4\n*(u8 *)(r5 +0) = 1\n" +
        "r4 += r2\nr5 = r3\nr5 += r4\nif r5 < 4096 goto inner\nr2 += 1\nif r2 != 1000 goto outer\nr0 = 0\nexit",
    )
    expect(text.match(/gt_u/g)).toHaveLength(1)
    expect(text).toContain("i32.div_u")
  })

  test("believes what it is told of registers", () => {
    const text = "r2 = *(u64 *)(r1 +0)\nr3 = r1\nr3 += r2\nr0 = *(u8 *)(r3 +0)\nexit"
    const checks = (facts: CompileOptions["facts"]): number =>
      dump(text, { tier: "optimising", memoryBytes: 0x10_0000, facts }).split(/^func/m)[1]!.match(/gt_u/g)!
        .length
    // One test of the window at the start, and the access that nothing is known of.
    expect(checks([])).toBe(2)
    expect(checks([{ slot: 2, register: 2, low: 0, high: 100 }])).toBe(1)
  })

  test("puts small functions into those that call them", () => {
    const text = optimised("call pc+2\nr0 += 1\nexit\nr0 = r1\nr0 *= 3\nexit")
    expect(text).toContain("i64.mul")
    expect(text.match(/call/g)).toHaveLength(1)
  })
})

test("an access that was checked before needs no second check, wherever its address went", () => {
  const text = dump(
    "r0 = *(u32 *)(r1 +4)\nr2 = r1\nr2 += 4\nif r0 == 0 goto other\nr0 = *(u32 *)(r2 +0)\nexit\n" +
      "other: *(u32 *)(r1 +4) = r0\nr0 = *(u16 *)(r1 +6)\nexit",
    { memoryBytes: 0x2_0000 },
  )
  expect(text.match(/gt_u/g)).toHaveLength(2)
})

test("what is read to be written again is checked once, and the write is to blame at the beginning of memory", () => {
  const text = dump("r2 = *(u32 *)(r1 +4)\nr2 += 1\n*(u32 *)(r1 +4) = r2\nr0 = 0\nexit", {
    memoryBytes: 0x2_0000,
  })
  expect(text.match(/gt_u/g)).toHaveLength(1)
  const at = (address: bigint): string => {
    const memory = new WebAssembly.Memory({ initial: 2 })
    const machine = { memory, stack: { base: 0x1_0000, size: 0x2000 }, call: () => 0n, callKfunc: () => 0n }
    const program = {
      instructions: assemble("r2 = *(u32 *)(r1 +4)\nr2 += 1\n*(u32 *)(r1 +4) = r2\nr0 = 0\nexit"),
    }
    try {
      return String(execute(program, machine, address))
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(at(0x1_8000n)).toBe("0")
  expect(at(8n)).toMatch(/^instruction 2: .*store of 4 bytes/)
  expect(at(0x1_fffan)).toMatch(/^instruction 0: .*load of 4 bytes/)
})

test("an address that a map gave needs no check, for writing behind a look whether there is one", () => {
  const find: NativeCalls["find"] = helper =>
    helper === 1 ? { kind: "element", base: 0x1_8000, entries: 4, stride: 16 } : undefined
  const natives = (): NativeFunctions => new NativeFunctions({ find, start: 0x1_0000 })
  const call = "*(u32 *)(r10 -4) = 0\nr2 = r10\nr2 += -4\ncall 1\n"
  const checks = (text: string): number =>
    dump(call + text, { memoryBytes: 0x2_0000, natives: natives() }).match(/gt_u/g)?.length ?? 0
  expect(checks("r3 = r0\nif r0 == 0 goto end\n*(u64 *)(r3 +8) = 1\nend: exit")).toBe(0)
  expect(checks("r0 = *(u64 *)(r0 +0)\nexit")).toBe(0)
  expect(checks("*(u64 *)(r0 +8) = 1\nexit")).toBe(1)
  expect(checks("if r0 == 0 goto end\n*(u64 *)(r0 +9) = 1\nend: exit")).toBe(1)
  expect(checks("if r0 != 0 goto end\n*(u64 *)(r0 +0) = 1\nend: exit")).toBe(1)
})

test("small functions are put into their callers, unless there is no room for their frames", () => {
  const text = dump("r1 = 5\ncall pc+1\nexit\nr0 = r1\nr0 *= 3\nexit")
  const [entry = "", callee = "", whole = ""] = text.split("\nfunc ")
  expect(entry).toContain("  i64.mul\n")
  expect(entry.match(/ call \$/g)).toHaveLength(1)
  expect(entry).toContain(" call $6\n    return\n")
  expect(callee).toMatch(/^\$5 /)
  expect(whole).toMatch(/ call \$5\n/)
})

test("callers hand over what functions look at, and pay for those without loops", () => {
  const text = dump("r2 = 7\ncall pc+1\nexit\nr0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r1)\nr0 *= 3\nexit")
  expect(text).toContain("func $5 (param i32 i64) (result i64)\n")
  expect(text).toContain("  i64.const 6\n  i64.sub\n")
  expect(text.match(/global.get 2/g)).toHaveLength(2)
})

test("a loop with two entries becomes a loop around a table", () => {
  const text = dump(
    "if r1 == 0 goto second\nfirst: r1 -= 1\nsecond: r2 -= 1\nif r2 != 0 goto first\nr0 = r1\nexit",
  )
  expect(text).toContain("br_table 0 1 2 3")
})

test("every module is valid, whichever way its functions are written", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const instructions = randomProgram(new Random(seed), { wild: true, helpers: 2 })
    for (const options of [{}, { dispatch: true }, { tier: "optimising" }] satisfies CompileOptions[]) {
      const bytes = compileInstructions(instructions, options)
      expect(
        WebAssembly.validate(bytes),
        `seed ${seed}: ${Buffer.from(encodeInstructions(instructions, true)).toString("hex")}`,
      ).toBe(true)
      const functions = dumpModule(bytes).match(/^func \$f/gm)?.length
      expect(functions).toBe(functionStarts(prepare(instructions)).length)
    }
  }
})

test("a program of a hundred thousand instructions compiles in seconds, not with a deeper stack", () => {
  const block = "r0 += r1\nif r0 s> 7 goto pc+2\nr0 ^= 5\nr1 += 3\nif r1 == 9 goto pc-4\n"
  const instructions = assemble(`r0 = 0\n${block.repeat(20_000)}exit`)
  const start = performance.now()
  const bytes = compileInstructions(instructions)
  expect(performance.now() - start).toBeLessThan(30_000)
  expect(WebAssembly.validate(bytes)).toBe(true)
})
