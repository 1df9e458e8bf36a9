import type { ContextAnswer, HelperPrototype } from "../../catalog/details.ts"
import type { Instruction } from "../../isa/index.ts"
import type { Scalar } from "../domain/index.ts"
import type { Log } from "../log/log.ts"
import type { Privileges } from "../privileges.ts"
import type { MapFacts, VerifierKernel, VerifierProgram } from "../program.ts"
import type { ReleaseRules } from "../release-rules.ts"
import type { Sanitation } from "../rules/speculation/moves.ts"
import type { TailCall } from "../rules/tail-calls.ts"
import type { Frame } from "../state/frame.ts"
import type { HistoryEntry } from "../state/history.ts"
import type { IdMap } from "../state/id-map.ts"
import type { PrecisionMasks } from "../state/precision-masks.ts"
import type { State } from "../state/state.ts"
import type { ExploredTable } from "./explored.ts"
import type { Subprogram } from "./subprograms.ts"

/** Marks of an instruction. */
export const MARK = { PRUNE: 1, JUMP: 2, CHECKPOINT: 4, CALLBACK: 8, SEEN: 16, TARGET: 32 } as const

/** A way that waits to be walked. */
export interface Pending {
  readonly state: State
  readonly at: number
  readonly from: number
  readonly logLength: number
}

/** Which registers and stack slots of the current frame changed since the log showed them. */
export interface Touched {
  registers: number
  /** One bit a slot: 0 to 31, and 32 to 63. */
  lowSlots: number
  highSlots: number
}

export interface Counters {
  processed: number
  jumps: number
  processedAtCheckpoint: number
  jumpsAtCheckpoint: number
  totalStates: number
  peakStates: number
  maxStatesPerInstruction: number
  longestMarkRead: number
}

/** Numbers are immutable: the same operands, met again on another path, give the same result. */
export interface Remembered {
  readonly a: Scalar
  readonly b: Scalar
  readonly result: unknown
}

/** The last result at the current instruction, when it was of the same operands. */
export function recall<T extends object>(walk: Walk, a: Scalar, b: Scalar): T | undefined {
  const last = walk.remembered[walk.at]
  return last !== undefined && last.a === a && last.b === b ? (last.result as T) : undefined
}

export function remember<T extends object>(walk: Walk, a: Scalar, b: Scalar, result: T): T {
  walk.remembered[walk.at] = { a, b, result }
  return result
}

/** One verification under way: the program, the path that is walked, and everything found so far. */
export interface Walk {
  readonly program: VerifierProgram
  readonly kernel: VerifierKernel
  /** What the kernel's release has of the rules that changed over time. */
  readonly rules: ReleaseRules
  readonly code: readonly Instruction[]
  readonly subprograms: Subprogram[]
  readonly log: Log
  /** What who loads it may do. */
  readonly privileges: Privileges
  /** Instructions after which to give up. */
  readonly patience: number
  readonly strictAlignment: boolean
  readonly testStateFrequency: boolean
  readonly marks: Uint8Array
  readonly explored: ExploredTable
  readonly pending: Pending[]
  readonly counters: Counters
  readonly idMap: IdMap
  readonly precision: PrecisionMasks
  readonly touched: Touched
  /** The path's state. */
  state: State
  at: number
  /** The instruction that was walked before: while one is walked, itself. */
  from: number
  /** The one before the instruction that is being walked. */
  cameFrom: number
  historyEntry: HistoryEntry | undefined
  /** The last id that was given out. */
  lastId: number
  /** Where the log must show the whole state. */
  printWhole: boolean
  logAfterInstruction: number
  instructionTextLength: number
  lastLine: number
  /** Per instruction: what its arithmetic or jump made of numbers the last time. */
  readonly remembered: (Remembered | undefined)[]
  /** Answers of the catalogue that this program's walk asked for already. */
  readonly contextAnswers: Map<number, ContextAnswer>
  readonly helpers: Map<number, HelperPrototype>
  /** How moves of pointers are masked, by instruction. */
  readonly sanitations: Map<number, Sanitation>
  /** The maps of tail calls, by instruction. */
  readonly tailCalls: Map<number, TailCall>
  /** Calls of bpf_loop that could be written out, with their callback; -1 for those that could not. */
  readonly inlinedLoops: Map<number, number>
  /** The map whose elements a call goes through, by the call's instruction. */
  readonly elementMaps: Map<number, MapFacts>
  /** The function that catches what the program throws; undefined where the kernel's own does. */
  exceptionCallback: number | undefined
  /** Why the last function's prototype could not be read. */
  complaint: string
  /** The frame of a callback that is walked behind the call under way. */
  enteredCallback: Frame | undefined
  /** How many bytes of buffers that the hook gives were touched, by kind: what attaching compares with their sizes. */
  readonly reach: { tracepoint: number; rdonly: number; rdwr: number }
  /** Per instruction: the pointer type that its memory access had. */
  readonly accessTypes: Int32Array
}

export function nextId(walk: Walk): number {
  return ++walk.lastId
}

export function touchRegister(walk: Walk, register: number): void {
  walk.touched.registers |= 1 << register
}

export function touchSlot(walk: Walk, slot: number): void {
  if (slot < 32) walk.touched.lowSlots |= 1 << slot
  else walk.touched.highSlots |= 1 << slot
}

export function touchEverything(walk: Walk): void {
  walk.touched.registers = 0x7ff
  walk.touched.lowSlots = -1
  walk.touched.highSlots = -1
}

export function touchNothing(walk: Walk): void {
  walk.touched.registers = 0
  walk.touched.lowSlots = 0
  walk.touched.highSlots = 0
}

export function isPrunePoint(walk: Walk, at: number): boolean {
  return (walk.marks[at]! & MARK.PRUNE) !== 0
}

export function isJumpPoint(walk: Walk, at: number): boolean {
  return (walk.marks[at]! & MARK.JUMP) !== 0
}

export function isCheckpoint(walk: Walk, at: number): boolean {
  return (walk.marks[at]! & MARK.CHECKPOINT) !== 0
}

export function callsCallback(walk: Walk, at: number): boolean {
  return (walk.marks[at]! & MARK.CALLBACK) !== 0
}
