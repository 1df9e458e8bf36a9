import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { AssemblyError } from "../base/index.ts"
import { type AssembleOptions, assemble } from "./assemble.ts"
import { formatInstruction } from "./format-instruction.ts"
import { AssemblySyntaxError } from "./text-cursor.ts"

const options: AssembleOptions = {
  helpers: {
    name: id => (id === 1 ? "bpf_map_lookup_elem" : undefined),
    id: name => (name === "bpf_map_lookup_elem" ? 1 : undefined),
  },
}

function texts(source: string): string[] {
  const program = assemble(source, options)
  return program.map((_, slot) => formatInstruction(program, slot, { helper: options.helpers!.name }))
}

describe("a program", () => {
  test("labels, comments, blank lines and log prefixes mix", () => {
    const source = `
      ; int count(void *ctx) @ count.bpf.c:3
      0: (b7) r0 = 0        ; R0_w=0
      r1 = 10               // how often
    again:
      r0 += 2
      r1 -= 1
      if r1 != 0 goto again
      if r0 s> 0xffffffff goto done
      call helper
    done: exit
    helper:
      r0 = 0x7fffffffffff
      goto done
    `
    expect(texts(source)).toEqual([
      "(b7) r0 = 0",
      "(b7) r1 = 10",
      "(07) r0 += 2",
      "(17) r1 -= 1",
      "(55) if r1 != 0x0 goto pc-3",
      "(65) if r0 s> 0xffffffff goto pc+1",
      "(85) call pc+1",
      "(95) exit",
      "(18) r0 = 0x7fffffffffff",
      "BUG_ld_00",
      "(05) goto pc-4",
    ])
  })

  test("labels name functions whose address is taken", () => {
    expect(texts("r2 = subprog[callback]\nexit\ncallback:\nexit")[0]).toBe("(18) r2 = subprog[+2]")
  })

  test("nothing gives nothing", () => {
    expect(assemble("\n ; only a comment\nend:\n")).toEqual([])
  })
})

describe("spellings", () => {
  test.each([
    ["r1 = 5", "(b7) r1 = 5"],
    ["r1 = -5", "(b7) r1 = -5"],
    ["r1 = 0x5", "(18) r1 = 0x5"],
    ["r1 = 5 ll", "(18) r1 = 0x5"],
    ["r1 = -1 ll", "(18) r1 = 0xffffffffffffffff"],
    ["r1 = 4294967296", "(18) r1 = 0x100000000"],
    ["w1 = 0xffffffff", "(b4) w1 = -1"],
    ["r1=r2", "(bf) r1 = r2"],
    ["r1 = -r1", "(87) r1 = -r1"],
    ["r1 s/= r2", "(3f) r1 s/= r2"],
    ["w1 s%= 3", "(94) w1 s%= 3"],
    ["r1 s>>= 63", "(c7) r1 s>>= 63"],
    ["r1 = *(u32 *)(r2 + 12)", "(61) r1 = *(u32 *)(r2 +12)"],
    ["r1 = *(u32*)(r2)", "(61) r1 = *(u32 *)(r2 +0)"],
    ["r1 = *(s16 *)(r2 -2)", "(89) r1 = *(s16 *)(r2 -2)"],
    ["r1 = load_acquire((u8 *)(r2 +1))", "(d3) r1 = load_acquire((u8 *)(r2 +1))"],
    ["store_release((u64 *)(r2 +1), r3)", "(db) store_release((u64 *)(r2 +1), r3)"],
    ["r0 = atomic_cmpxchg((u32 *)(r1 +0), r0, r2)", "(c3) r0 = atomic_cmpxchg((u32 *)(r1 +0), r0, r2)"],
    ["r0 = *(u16 *)skb[r7 + 4]", "(48) r0 = *(u16 *)skb[r7 + 4]"],
    ["r1 = addr_space_cast(r2, 0, 1)", "(bf) r1 = addr_space_cast(r2, 0, 1)"],
    ["r1 = map[fd:4][0]+16", "(18) r1 = map[fd:4][0]+16"],
    ["r1 = btf[fd:3][id:77]", "(18) r1 = btf[fd:3][id:77]"],
    ["call bpf_map_lookup_elem", "(85) call bpf_map_lookup_elem#1"],
    ["call 1", "(85) call bpf_map_lookup_elem#1"],
    ["call unknown#4711", "(85) call unknown#4711"],
    ["call kernel-function[2]#4711", "(85) call kernel-function[2]#4711"],
    ["call pc+5#scale", "(85) call pc+5"],
    ["callx r3", "(8d) callx r3"],
    ["gotol pc+70000", "(06) gotol pc+70000"],
    ["may_goto pc-3", "(e5) may_goto pc-3"],
    ["if w1 & 0x4 goto pc+0", "(46) if w1 & 0x4 goto pc+0"],
    ["if r1 < r2 goto +pc", undefined],
  ])("%s", (source, expected) => {
    if (expected === undefined) expect(() => assemble(source, options)).toThrow(AssemblySyntaxError)
    else expect(texts(source)[0]).toBe(expected)
  })
})

describe("errors say where and what was expected", () => {
  test.each([
    ["r1 = r2\nr3 =", 2, 5, "a value (a register, number, memory access or map)"],
    ["r11 = 1", 1, 1, "a register (r0 … r10, w0 … w10)"],
    ["  frobnicate", 1, 3, "an instruction"],
    ["r1 = w2", 1, 6, "a register (r0 … r10)"],
    ["w1 = r2", 1, 6, "a register (w0 … w10)"],
    ["r1 ~ r2", 1, 4, "an operator (= += -= *= /= s/= |= &= <<= >>= %= s%= ^= s>>=)"],
    ["r1 = r2 r3", 1, 9, "the end of the instruction"],
    ["if r1 goto pc+1", 1, 7, "a comparison (== > >= & != s> s>= < <= s< s<=)"],
    ["if r1 == r2 jump", 1, 13, '"goto"'],
    ["goto nowhere", 1, 6, "a label of this text"],
    ["a:\na:", 2, 1, "a new label: a is defined above"],
    ["call bpf_map_lookup_elem#2", 1, 6, "bpf_map_lookup_elem#1"],
    ["call bpf_no_such_helper", 1, 6, "the name of a helper or a label"],
    ["r1 = *(u33 *)(r2 +0)", 1, 7, "an access type ((u8 *) … (u64 *), (s8 *) … (s32 *))"],
    ["*(s8 *)(r2 +0) = 1", 1, 2, "an access type ((u8 *) … (u64 *))"],
    ["r1 = *(u8 *)(r2 +40000)", 1, 17, "an offset of 16 bits (-32768 … 32767)"],
    ["r1 = *(u8 *)(r2 4)", 1, 17, 'an offset with its sign (+12, -8) or ")"'],
    ["r1 += 0x80000000", 1, 7, "a constant of 32 bits (-2147483648 … 2147483647)"],
    ["r1 = 0x10000000000000000", 1, 6, "a constant of 64 bits"],
    ["r2 = -r1", 1, 7, "the register that is set: a negation is in place"],
    ["r2 = be16 r1", 1, 11, "the register that is set: a byte swap is in place"],
    ["r1 = atomic_xchg((u64 *)(r2 +0), r1)", 1, 6, "atomic64_…"],
    ["r3 = atomic64_xchg((u64 *)(r2 +0), r1)", 1, 6, "r1 on the left: the old value goes there"],
    ["lock *(u16 *)(r2 +0) += r1", 1, 7, "an atomic access type ((u32 *) or (u64 *))"],
    ["(b7) r1 = r2", 1, 1, "(bf), the opcode of this instruction"],
    ["3: (b7)", 1, 8, "an instruction"],
    ["goto pc+40000", 1, 1, "an instruction that can be encoded"],
    ["r1 = map[name]", 1, 6, "a value (a register, number, memory access or map)"],
    ["r1 = 1x", 1, 6, "a number"],
  ])("%j", (source, line, column, expected) => {
    let error: unknown
    try {
      assemble(source, options)
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(AssemblyError)
    expect(error).toMatchObject({ line, column, expected })
    expect((error as Error).message).toContain(`line ${line}, column ${column}: expected ${expected}, found `)
  })
})

describe("hostile text", () => {
  const token = fc.oneof(
    fc.constantFrom("exit", "r1 = r2", "\n"),
    fc.constantFrom(
      "r1",
      "w2",
      "r0",
      "=",
      "+=",
      "*",
      "(u32 *)",
      "(r1 +4)",
      "if",
      "goto",
      "pc+1",
      "call",
      "lock",
      "0x1",
      "-5",
    ),
    fc.constantFrom(
      "a:",
      "a",
      "map[fd:1]",
      "skb[",
      "]",
      "(bf)",
      "7:",
      "subprog[",
      ";",
      "atomic_xchg(",
      ",",
      ")",
      "\n",
      "ll",
    ),
    fc.string({ maxLength: 5 }),
  )

  test("gives instructions or an AssemblyError", () => {
    let assembled = 0
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), tokens => {
        try {
          const program = assemble(tokens.join(" "), options)
          if (program.length > 0) assembled++
        } catch (error) {
          expect(error).toBeInstanceOf(AssemblyError)
        }
      }),
      { numRuns: 5000, seed: 1 },
    )
    expect(assembled).toBeGreaterThan(0)
  })

  test.each([
    ["blanks", " ".repeat(200_000)],
    ["digits", `r1 = ${"9".repeat(200_000)}`],
    ["labels", "a:".repeat(100_000)],
    ["brackets", `r1 = *${"(".repeat(200_000)}`],
    ["a long name", `call ${"x".repeat(200_000)}`],
    ["blanks before a number", `r1 =${" ".repeat(200_000)}x`],
  ])("a line of many %s ends soon", (_, source) => {
    const start = performance.now()
    try {
      assemble(source, options)
    } catch (error) {
      expect(error).toBeInstanceOf(AssemblyError)
      expect((error as Error).message.length).toBeLessThan(300)
    }
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
