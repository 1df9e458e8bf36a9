import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { assemble } from "./assemble.ts"
import { formatInstruction } from "./format-instruction.ts"
import type { Instruction } from "./instruction.ts"
import { operationOf } from "./operation-of.ts"

function slot(opcode: number, fields: Partial<Instruction> = {}): Instruction {
  return { opcode, dst: 1, src: 0, off: 0, imm: 0, ...fields }
}

describe("reasons are the kernel's", () => {
  test.each([
    ["unknown opcode df", slot(0xdf)],
    ["unknown opcode 8f", slot(0x8f)],
    ["unknown opcode e7", slot(0xe7)],
    ["unknown opcode 0d", slot(0x0d)],
    ["unknown opcode 86", slot(0x86)],
    ["unknown opcode 9d", slot(0x9d)],
    ["unknown opcode f5", slot(0xf5)],
    ["unknown opcode 99", slot(0x99)],
    ["unknown opcode 00", slot(0x00)],
    ["unknown opcode 38", slot(0x38)],
    ["BPF_NEG uses reserved fields", slot(0x87, { imm: 1 })],
    ["BPF_END uses reserved fields", slot(0xd4, { imm: 8 })],
    ["BPF_MOV uses reserved fields", slot(0xbf, { off: 4 })],
    ["BPF_MOV uses reserved fields", slot(0xbc, { off: 32 })],
    ["BPF_MOV uses reserved fields", slot(0xb7, { off: 8 })],
    ["BPF_ALU uses reserved fields", slot(0x0f, { off: 1 })],
    ["BPF_ALU uses reserved fields", slot(0x3f, { off: 2 })],
    ["BPF_ALU uses reserved fields", slot(0x07, { src: 1 })],
    ["addr_space_cast insn can only convert between address space 1 and 0", slot(0xbf, { off: 1, imm: 2 })],
    ["BPF_LDX uses reserved fields", slot(0x41)],
    ["BPF_LDX uses reserved fields", slot(0x61, { imm: 1 })],
    ["BPF_ST uses reserved fields", slot(0x62, { src: 1 })],
    ["BPF_STX uses reserved fields", slot(0x63, { imm: 1 })],
    ["BPF_ATOMIC uses invalid atomic opcode 10", slot(0xc3, { imm: 0x10 })],
    ["BPF_ATOMIC uses invalid atomic opcode f0", slot(0xdb, { imm: 0xf0 })],
    ["invalid atomic operand size", slot(0xd3)],
    ["BPF_JA uses reserved fields", slot(0x05)],
    ["BPF_CALL uses reserved fields", slot(0x85)],
    ["BPF_CALL uses reserved fields", slot(0x85, { dst: 0, src: 3 })],
    ["BPF_EXIT uses reserved fields", slot(0x95)],
    ["BPF_JMP/JMP32 uses reserved fields", slot(0x15, { src: 2 })],
    ["invalid may_goto off 0 imm 0", slot(0xe5, { dst: 0 })],
    ["negative offset disallowed for kernel module function call", slot(0x85, { dst: 0, src: 2, off: -1 })],
    ["BPF_LD_[ABS|IND] uses reserved fields", slot(0x20)],
    ["invalid bpf_ld_imm64 insn", slot(0x18)],
    ["R11 is invalid", slot(0xbf, { dst: 11 })],
    ["R12 is invalid", slot(0xbf, { dst: 11, src: 12 })],
    ["R15 is invalid", slot(0x79, { src: 15 })],
  ])("%s", (reason, instruction) => {
    expect(operationOf([instruction], 0)).toEqual({ kind: "invalid", reason })
  })

  test("a load of 64 bits needs a clean second slot and a known source", () => {
    const first = slot(0x18)
    expect(operationOf([first, slot(0, { dst: 1 })], 0)).toMatchObject({
      reason: "invalid bpf_ld_imm64 insn",
    })
    const second = slot(0, { dst: 0 })
    expect(operationOf([slot(0x18, { src: 7 }), second], 0)).toMatchObject({
      reason: "unrecognized bpf_ld_imm64 insn",
    })
    expect(operationOf([slot(0x18, { off: 1 }), second], 0)).toMatchObject({
      reason: "BPF_LD_IMM64 uses reserved fields",
    })
  })
})

describe("meanings", () => {
  test("targets are slots of the program", () => {
    const program = assemble(
      "r0 = 0\nif r0 == 0x1 goto pc+3\ngoto pc-2\ngotol pc+9\ncall pc-1\nmay_goto pc+2",
    )
    expect(program.map((_, index) => operationOf(program, index))).toMatchObject([
      { kind: "move" },
      { kind: "branch", comparison: "eq", target: 5, source: { kind: "immediate", value: 1 } },
      { kind: "jump", target: 1, wide: false },
      { kind: "jump", target: 13, wide: true },
      { kind: "call", callee: { kind: "subprogram", target: 4 } },
      { kind: "mayGoto", target: 8 },
    ])
  })

  test.each([
    [
      "r1 s/= 3",
      { kind: "alu", operator: "sdiv", width: 64, dst: 1, source: { kind: "immediate", value: 3 } },
    ],
    [
      "w1 -= w2",
      { kind: "alu", operator: "sub", width: 32, dst: 1, source: { kind: "register", register: 2 } },
    ],
    [
      "r1 = (s32)r2",
      { kind: "move", width: 64, dst: 1, signExtendFrom: 32, source: { kind: "register", register: 2 } },
    ],
    ["r1 = bswap32 r1", { kind: "byteOrder", conversion: "bswap", bits: 32, dst: 1 }],
    ["r1 = *(s8 *)(r2 -3)", { kind: "load", size: 1, signed: true, dst: 1, base: 2, offset: -3 }],
    [
      "r0 = atomic64_cmpxchg((u64 *)(r1 +8), r0, r2)",
      { kind: "atomic", operator: "cmpxchg", fetch: true, size: 8, base: 1, offset: 8, src: 2 },
    ],
    [
      "lock *(u32 *)(r1 +0) ^= r2",
      { kind: "atomic", operator: "xor", fetch: false, size: 4, base: 1, offset: 0, src: 2 },
    ],
    ["r1 = map[fd:3][0]+8", { kind: "load64", dst: 1, value: { kind: "mapValue", fd: 3, offset: 8 } }],
    ["r1 = subprog[+3]", { kind: "load64", dst: 1, value: { kind: "function", target: 4 } }],
    ["call kernel-function[2]#77", { kind: "call", callee: { kind: "kfunc", btfId: 77, module: 2 } }],
    ["r0 = *(u8 *)skb[r3 + 1]", { kind: "packetLoad", size: 1, offset: 1, index: 3 }],
  ])("%s", (text, operation) => {
    expect(operationOf(assemble(text), 0)).toEqual(operation)
  })

  test("any eight bytes have a meaning or a reason, and a text", () => {
    const field = fc.record({
      opcode: fc.integer({ min: 0, max: 255 }),
      dst: fc.integer({ min: 0, max: 15 }),
      src: fc.integer({ min: 0, max: 15 }),
      off: fc.integer({ min: -0x8000, max: 0x7fff }),
      imm: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
    })
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 4 }), program => {
        program.forEach((_, index) => {
          expect(operationOf(program, index).kind).toBeTypeOf("string")
          expect(formatInstruction(program, index)).toMatch(/^(\([0-9a-f]{2}\) |BUG_)/)
        })
      }),
      { numRuns: 2000 },
    )
  })
})
