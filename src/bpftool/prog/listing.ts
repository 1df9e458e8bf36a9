import { type Btf, readBtf, type TypeId } from "../../btf/index.ts"
import {
  CLASS,
  catalogHelperNames,
  decodeInstructions,
  formatInstruction,
  type Instruction,
  type InstructionNames,
  isLoad64,
  JUMP,
  PSEUDO_CALL,
  PSEUDO_LOAD,
} from "../../isa/index.ts"
import type { KernelObjects, KernelSymbols, ProgramCode, ProgramFacts } from "../../kernel/index.ts"
import { functionSignature } from "../objects/btf-signature.ts"

/** One instruction of a program that the kernel holds. */
export interface ListedCode {
  readonly slot: number
  readonly text: string
  /** The function that starts here. */
  readonly signature: string | undefined
  readonly line: ListedLine | undefined
  /** Eight bytes; sixteen of a 64-bit load. */
  readonly bytes: Uint8Array
}

export interface ListedLine {
  readonly text: string
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Kernel code calls helpers by their distance from this symbol. */
const CALL_BASE = "__bpf_call_base"

/** A program's code as the verifier left it, with names for maps, helpers, functions and source lines. */
export function listCode(program: ProgramFacts, code: ProgramCode, kernel: KernelObjects): ListedCode[] {
  const btf =
    program.btfId === 0
      ? undefined
      : readBtf(kernel.btfBytes(program.btfId), { label: `btf ${program.btfId}` })
  const original = decodeInstructions(code.bytes, true)
  const instructions = original.map(movedCall)
  const names = namesFor(original, code, kernel.symbols())
  const functions = new Map(code.functions.map(({ at, type }) => [at, type]))
  const lines = new Map(code.lines.map(line => [line.at, line]))
  const listed: ListedCode[] = []
  for (let slot = 0; slot < instructions.length; slot++) {
    const isWide = isLoad64(instructions[slot]!)
    const type = functions.get(slot)
    listed.push({
      slot,
      text: formatInstruction(instructions, slot, names),
      signature: btf && type !== undefined ? functionSignature(btf, type as TypeId) : undefined,
      line: btf && lineAt(btf, lines.get(slot)),
      bytes: code.bytes.subarray(slot * 8, slot * 8 + (isWide ? 16 : 8)),
    })
    if (isWide) slot += 1
  }
  return listed
}

function lineAt(btf: Btf, line: ProgramCode["lines"][number] | undefined): ListedLine | undefined {
  if (!line) return undefined
  const text = btf.string(line.text).trimStart()
  return { text, file: btf.string(line.file), line: line.line, column: line.column }
}

/** After translation a call between functions has its distance in the offset, and the function's number as immediate. */
function movedCall(instruction: Instruction): Instruction {
  return isFunctionCall(instruction) ? { ...instruction, imm: instruction.off } : instruction
}

function isFunctionCall({ opcode, src }: Instruction): boolean {
  return opcode === (CLASS.JMP | JUMP.CALL) && src === PSEUDO_CALL.SUBPROGRAM
}

function namesFor(
  original: readonly Instruction[],
  { symbols: functions }: ProgramCode,
  symbols: KernelSymbols,
): InstructionNames {
  const base = symbols.addressOf(CALL_BASE) ?? 0n
  const symbolAt = (address: bigint): string => symbols.nameAt(address) ?? `0x${address.toString(16)}`
  const called = (imm: number): string => symbolAt(BigInt.asUintN(64, base + BigInt(imm)))
  return {
    helper: imm => (catalogHelperNames.name(imm) === undefined ? called(imm) : undefined),
    kfunc: (_at, { imm }) => called(imm),
    subprogram: at => {
      if (functions.length === 0) return undefined
      const { imm } = original[at]!
      return symbolAt(functions[imm >>> 0] ?? BigInt.asUintN(64, base + BigInt(imm)))
    },
    load64: (at, { src, imm }, value) => {
      const second = original[at + 1]?.imm ?? 0
      switch (src) {
        case PSEUDO_LOAD.MAP_FD:
          return `map[id:${imm >>> 0}]`
        case PSEUDO_LOAD.MAP_VALUE:
          return `map[id:${imm >>> 0}][0]+${second >>> 0}`
        case PSEUDO_LOAD.MAP_IDX_VALUE:
          return `map[idx:${imm >>> 0}]+${second >>> 0}`
        case PSEUDO_LOAD.FUNC:
          return `subprog[${imm < 0 ? "" : "+"}${imm}]`
        default:
          return `0x${value.toString(16)}`
      }
    },
  }
}
