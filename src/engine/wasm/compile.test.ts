import { describe, expect, test } from "vitest"
import { assemble, encodeInstructions } from "../../isa/index.ts"
import { functionStarts } from "../functions.ts"
import { prepare } from "../prepare.ts"
import { Random, randomProgram } from "../testing/random-program.ts"
import { type CompileOptions, compileInstructions } from "./compile.ts"
import { dumpModule } from "./dump.ts"

const dump = (text: string, options: CompileOptions = {}): string =>
  dumpModule(compileInstructions(assemble(text), { memoryBytes: 0x1_0000, ...options }))

test("a loop is a loop, and pays fuel at its head", () => {
  expect(
    dump("r0 = 0\nagain: r0 += r1\nr1 -= 1\nif r1 != 0 goto again\nexit").split("\nfunc $each")[0],
  ).toBe(`func $f0 (param i64 i64 i64 i64 i64 i32) (result i64)
  local 8 × i64, 3 × i32
  global.get 2
  local.set 12
  local.get 12
  i64.const 2
  i64.sub
  local.tee 12
  i64.const 0
  i64.lt_s
  if
    i64.const 274877906944
    global.set 3
    unreachable
  end
  i64.const 0
  local.set 6
  loop
    local.get 12
    i64.const 3
    i64.sub
    local.tee 12
    i64.const 0
    i64.lt_s
    if
      i64.const 274877906945
      global.set 3
      unreachable
    end
    local.get 6
    local.get 0
    i64.add
    local.set 6
    local.get 0
    i64.const 1
    i64.sub
    local.set 0
    local.get 0
    i64.const 0
    i64.ne
    br_if 0
    local.get 12
    global.set 2
    local.get 6
    return
    unreachable
  end
  unreachable
`)
})

test("the frame is reached without a check, other memory with one", () => {
  const text = dump("*(u64 *)(r10 -8) = r1\nr0 = *(u32 *)(r1 +4)\nexit")
  expect(text).toContain("  local.get 5\n  local.get 0\n  i64.store offset=504\n")
  expect(text).toContain("  i64.const 4\n  i64.add\n  local.tee 11\n  i64.const 65532\n  i64.gt_u\n  if\n")
  expect(text).toContain("  local.get 11\n  i32.wrap_i64\n  i32.load\n  i64.extend_i32_u\n  local.set 6\n")
})

describe("the optimising tier", () => {
  const optimised = (text: string): string =>
    dump(text, { tier: "optimising", memoryBytes: 0x10_0000 }).split(/^func/m)[1]!

  test("tests at the start how far accesses go from an argument, not each of them", () => {
    const text = optimised("r0 = *(u32 *)(r1 +4)\n*(u8 *)(r1 +64) = 7\nr1 += 8\nr2 = *(u64 *)(r1 -16)\nexit")
    // From 8 below r1 to 65 above it, and from 64 KiB on.
    expect(text).toContain(
      `  local.get 0\n  i64.const ${-8 - 0x1_0000}\n  i64.add\n  i64.const ${0x10_0000 - 0x1_0000 - 73}`,
    )
    expect(text.match(/gt_u/g)).toHaveLength(1)
    expect(text).toContain("    call $5\n    return\n")
  })

  test("lets a loop with a counter pay behind its last round", () => {
    const text = optimised("r0 = 0\nr2 = 0\nagain: r0 += r2\nr2 += 1\nif r2 != 1000 goto again\nexit")
    expect(text).toContain("  loop\n    local.get 6\n    local.get 1\n    i64.add\n")
    expect(text).toContain("i64.mul")
    expect(text).toContain("i64.const 262144\n  i64.lt_s")
  })

  test("lets a loop that nothing is known of pay in each round", () => {
    const text = optimised("r0 = 0\nagain: r0 += r2\nr2 -= 1\nif r2 != 0 goto again\nexit")
    expect(text).toContain("  loop\n    local.get 12\n")
  })

  test("keeps parts of the frame in registers", () => {
    const text = optimised(
      "*(u64 *)(r10 -8) = r1\nr2 = 0\nagain: r3 = *(u64 *)(r10 -8)\nr3 += r2\n*(u64 *)(r10 -8) = r3\n" +
        "r2 += 1\nif r2 != 9 goto again\nr0 = *(u64 *)(r10 -8)\nexit",
    )
    expect(text.match(/i64.load/g)).toHaveLength(1)
    expect(text.match(/i64.store/g)).toHaveLength(1)
  })

  test("puts small functions into those that call them", () => {
    const text = optimised("call pc+2\nr0 += 1\nexit\nr0 = r1\nr0 *= 3\nexit")
    expect(text).toContain("i64.mul")
    expect(text.match(/call/g)).toHaveLength(1)
  })
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
  expect(performance.now() - start).toBeLessThan(10_000)
  expect(WebAssembly.validate(bytes)).toBe(true)
})
