import { CLASS, classOf, type Instruction, MODE, modeOf, sizeOf } from "../../isa/index.ts"
import type { Rejection } from "../reject.ts"
import { calledName } from "../rules/callback-calls.ts"
import type { Register } from "../state/register.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import type { ChainStart } from "./chain.ts"
import type { ChainStep, Explanation, SourceLine } from "./explanation.ts"
import { sourceAt } from "./source.ts"

/** A refusal with what explainers ask of it. */
export interface Failure {
  readonly walk: Walk
  readonly message: string
  readonly at: number
  readonly instruction: Instruction
  readonly source: SourceLine | undefined
  /** The register that the message names, or the base of a memory access. */
  readonly register: number | undefined
  readonly held: Register | undefined
  /** Of a load or store: its pointer, fixed offset and size. */
  readonly access: MemoryAccess | undefined
  /** The helper, kfunc or function that the instruction calls. */
  readonly called: string | undefined
}

export interface MemoryAccess {
  readonly base: number
  readonly offset: number
  readonly size: number
  readonly kind: "read" | "write"
}

/** What an explainer says; where the chain starts unless it follows from the register. */
export interface Told extends Pick<Explanation, "what" | "known" | "needs" | "fix" | "since"> {
  readonly start?: ChainStart
  /** Steps that belong to the chain besides. */
  readonly links?: readonly ChainStep[]
}

export type Explainer = (failure: Failure) => Told

export function failureOf(walk: Walk, { message }: Rejection): Failure {
  const { at, program } = walk
  const instruction = walk.code[at] ?? { opcode: 0, dst: 0, src: 0, off: 0, imm: 0 }
  const access = accessOf(instruction)
  const named = /\bR(\d+)\b/.exec(message)
  const register = named ? Number(named[1]) : access?.base
  return {
    walk,
    message,
    at,
    instruction,
    source: sourceAt(program.lines, at),
    register,
    held: register === undefined ? undefined : currentFrame(walk.state).registers[register],
    access,
    called: calledName(walk, at)?.name,
  }
}

function accessOf(instruction: Instruction): MemoryAccess | undefined {
  const { opcode, dst, src, off } = instruction
  const size = sizeOf(opcode)
  switch (classOf(opcode)) {
    case CLASS.LDX:
      return { base: src, offset: off, size, kind: "read" }
    case CLASS.ST:
    case CLASS.STX:
      return { base: dst, offset: off, size, kind: "write" }
    default:
      return undefined
  }
}

/** "line 21" of the source where that is known, else "instruction 9". */
export function place({ source, at }: Failure): string {
  return source ? `line ${source.line}` : `instruction ${at}`
}

export function bytes(count: number | bigint): string {
  return `${count} byte${BigInt(count) === 1n ? "" : "s"}`
}

/** What the instruction is about to do, as a clause: "reads 4 bytes through r2". */
export function doing({ access, called, instruction, register }: Failure): string {
  if (access) {
    if (register !== undefined && register !== access.base)
      return `stores r${register} through r${access.base}`
    const atomic = modeOf(instruction.opcode) === MODE.ATOMIC
    const verb = access.kind === "read" ? "reads" : atomic ? "atomically changes" : "writes"
    return `${verb} ${bytes(access.size)} through r${access.base}`
  }
  if (called) return register ? `passes r${register} to ${called}` : `calls ${called}`
  return register === undefined ? "runs" : `uses r${register}`
}
