import { describe, expect, test } from "vitest"
import { formatInstruction } from "./format-instruction.ts"
import type { Instruction } from "./instruction.ts"

function slot(opcode: number, fields: Partial<Instruction> = {}): Instruction {
  return { opcode, dst: 1, src: 2, off: 0, imm: 0, ...fields }
}

describe("encodings without a meaning print as the kernel prints them", () => {
  test.each([
    ["BUG_ld_00", slot(0x00)],
    ["BUG_ldx_41", slot(0x41)],
    ["BUG_ldx_99", slot(0x99)],
    ["BUG_st_42", slot(0x42)],
    ["BUG_43", slot(0x43)],
    ["BUG_c3", slot(0xc3, { imm: 0x30 })],
    ["BUG_ld_18", slot(0x18)],
    ["(c2) nospec", slot(0xc2)],
    ["(e7) r1 (null) 7", slot(0xe7, { imm: 7 })],
    ["(fc) w1 (null) w2", slot(0xfc)],
    ["(f5) if r1 (null) 0x0 goto pc+0", slot(0xf5)],
    ["(e5) if r1 (null) 0x0 goto pc+3", slot(0xe5, { off: 3 })],
    ["(0d) if r1 jmp r2 goto pc+0", slot(0x0d)],
    ["(9d) if r1 exit r2 goto pc+0", slot(0x9d)],
    ["(96) if w1 exit 0x5 goto pc+0", slot(0x96, { imm: 5 })],
    ["(85) call unknown#9", slot(0x85, { src: 7, imm: 9 })],
    ["(87) r1 = -r1", slot(0x87, { imm: 4 })],
    ["(bf) r1 = &(void __percpu *)(r2)", slot(0xbf, { off: -1 })],
    ["(dc) r1 = be24 r1", slot(0xdc, { imm: 24 })],
    ["(bf) r15 = r14", slot(0xbf, { dst: 15, src: 14 })],
    ["(d3) lock *(u8 *)(r1 +0) += r2", slot(0xd3)],
  ])("%s", (text, instruction) => {
    expect(formatInstruction([instruction], 0)).toBe(text)
  })
})

describe("names", () => {
  const lddw = (src: number, low: number, high = 0) => [slot(0x18, { src, imm: low }), slot(0, { imm: high })]

  test.each([
    ["(18) r1 = 0xfffffffe00000001", lddw(0, 1, -2)],
    ["(18) r1 = map[fd:4]", lddw(1, 4)],
    ["(18) r1 = map[fd:4][0]+16", lddw(2, 4, 16)],
    ["(18) r1 = btf[id:5]", lddw(3, 5)],
    ["(18) r1 = btf[fd:6][id:5]", lddw(3, 5, 6)],
    ["(18) r1 = subprog[-3]", lddw(4, -3)],
    ["(18) r1 = map[idx:0]", lddw(5, 0)],
    ["(18) r1 = map[idx:0][0]+8", lddw(6, 0, 8)],
  ])("a reference says what the object says: %s", (text, program) => {
    expect(formatInstruction(program, 0)).toBe(text)
  })

  test("a caller can put in addresses, maps and functions", () => {
    const load64 = (_at: number, _load: Instruction, value: bigint) =>
      value === 4n ? "map[events]" : undefined
    expect(formatInstruction(lddw(1, 4), 0, { load64 })).toBe("(18) r1 = map[events]")
    expect(formatInstruction(lddw(1, 5), 0, { load64 })).toBe("(18) r1 = map[fd:5]")
    const subprogram = (_at: number, target: number) => (target === 4 ? "scale" : undefined)
    expect(formatInstruction([slot(0x85, { src: 1, imm: 3 })], 0, { subprogram })).toBe(
      "(85) call pc+3#scale",
    )
    expect(formatInstruction([slot(0x85, { src: 2, imm: 30 })], 0, { kfunc: () => "bpf_task_acquire" })).toBe(
      "(85) call bpf_task_acquire#30",
    )
    expect(formatInstruction([slot(0x85, { src: 0, imm: 500 })], 0, { helper: () => "bpf_new" })).toBe(
      "(85) call bpf_new#500",
    )
  })
})
