import {
  ALU,
  CLASS,
  classOf,
  JUMP,
  MODE,
  modeOf,
  operatorOf,
  PSEUDO_CALL,
  takesRegister,
} from "../../isa/index.ts"
import type { Walk } from "../walk/walk.ts"
import type { ChainStep } from "./explanation.ts"
import { namedInstruction } from "./instruction-text.ts"
import { type PathStep, stepsBack } from "./path.ts"
import { sourceAt } from "./source.ts"

/** A register of a frame, or eight bytes of its stack. */
type Place = `r${number}.${number}` | `fp${number}.${number}`

const register = (frame: number, number: number): Place => `r${number}.${frame}`
const slot = (frame: number, index: number): Place => `fp${(-index - 1) * 8}.${frame}`

const FRAME_POINTER = 10
/** A reader follows no longer ones; the ends of a chain are its most telling parts. */
const MOST_LINKS = 12

/** Where a chain starts: registers of the current frame, or slots of a frame's stack. */
export interface ChainStart {
  readonly registers?: readonly number[]
  readonly slots?: readonly { readonly frame: number; readonly index: number }[]
}

/** The steps that gave registers or stack slots what they hold, and those that compared it, first to last. */
export function chainOf(walk: Walk, { registers = [], slots = [] }: ChainStart): ChainStep[] {
  const frame = walk.state.frames.length - 1
  const wanted = new Set<Place>([
    ...registers.filter(each => each !== FRAME_POINTER).map(each => register(frame, each)),
    ...slots.map(each => slot(each.frame, each.index)),
  ])
  const found = new Map<number, ChainStep>()
  if (wanted.size === 0) return []
  for (const step of stepsBack(walk)) {
    const does = undo(walk, step, wanted)
    // Of a loop, its last round tells.
    if (does !== undefined && !found.has(step.at)) found.set(step.at, link(walk, step.at, does))
    if (wanted.size === 0) break
  }
  const links = [...found.values()].reverse()
  if (links.length <= MOST_LINKS) return links
  return [...links.slice(0, 2), ...links.slice(2 - MOST_LINKS)]
}

export function link(walk: Walk, at: number, does: string): ChainStep {
  return {
    instruction: at,
    text: namedInstruction(walk, at),
    source: sourceAt(walk.program.lines, at),
    does,
  }
}

/** Puts what a step was made of in the place of what it made; says what the step did with it, if anything. */
function undo(walk: Walk, step: PathStep, wanted: Set<Place>): string | undefined {
  const { at, frame } = step
  const { opcode, dst, src, off } = walk.code[at]!
  const target = register(frame, dst)
  const source = register(frame, src)
  switch (classOf(opcode)) {
    case CLASS.ALU:
    case CLASS.ALU64: {
      if (!wanted.has(target)) return undefined
      const moves = operatorOf(opcode) === ALU.MOV
      if (moves) wanted.delete(target)
      if (takesRegister(opcode) && operatorOf(opcode) !== ALU.END && src !== FRAME_POINTER) wanted.add(source)
      return moves ? `sets r${dst}` : `changes r${dst}`
    }
    case CLASS.LDX: {
      if (!wanted.has(target)) return undefined
      wanted.delete(target)
      const place = stackPlace(step, src, off)
      if (place) wanted.add(place)
      return `loads r${dst}`
    }
    case CLASS.ST:
    case CLASS.STX: {
      const place = stackPlace(step, dst, off)
      if (!place || !wanted.has(place)) return undefined
      const shown = place.split(".")[0]
      if (modeOf(opcode) === MODE.ATOMIC) return `changes ${shown}`
      wanted.delete(place)
      if (classOf(opcode) === CLASS.STX && src !== FRAME_POINTER) wanted.add(source)
      return `stores to ${shown}`
    }
    case CLASS.LD: {
      const result = modeOf(opcode) === MODE.IMM ? target : register(frame, 0)
      return wanted.delete(result) ? `sets r${result === target ? dst : 0}` : undefined
    }
    default:
      return undoJump(walk, step, wanted)
  }
}

function stackPlace({ frame, entry }: PathStep, base: number, off: number): Place | undefined {
  if (base === FRAME_POINTER) return slot(frame, (-off - 1) >> 3)
  return entry && entry.slot >= 0 ? slot(entry.frame, entry.slot) : undefined
}

function undoJump(walk: Walk, step: PathStep, wanted: Set<Place>): string | undefined {
  const { at, following, frame } = step
  const { opcode, dst, src } = walk.code[at]!
  const operator = operatorOf(opcode)
  if (operator === JUMP.EXIT) {
    // The step ran in the callee: what r0 holds in the caller was its own.
    if (wanted.delete(register(frame - 1, 0))) wanted.add(register(frame, 0))
    return undefined
  }
  if (operator === JUMP.CALL) {
    const entered = following !== at + 1 || isEntered(walk, following, src)
    if (entered) {
      let passes: string | undefined
      for (let r = 1; r <= 5; r++)
        if (wanted.delete(register(frame + 1, r))) {
          wanted.add(register(frame, r))
          passes = `passes r${r}`
        }
      for (let r = 6; r <= 9; r++) wanted.delete(register(frame + 1, r))
      return passes
    }
    const gives = wanted.delete(register(frame, 0))
    let clobbers = ""
    for (let r = 1; r <= 5; r++) if (wanted.delete(register(frame, r))) clobbers = `clobbers r${r}`
    if (gives) return "gives r0"
    return clobbers || undefined
  }
  if (operator === JUMP.JA || operator === JUMP.JCOND) return undefined
  if (wanted.has(register(frame, dst))) return `compares r${dst}`
  if (takesRegister(opcode) && wanted.has(register(frame, src))) return `compares r${src}`
  return undefined
}

function isEntered(walk: Walk, start: number, src: number): boolean {
  return src === PSEUDO_CALL.SUBPROGRAM && walk.subprograms.some(each => each.start === start && !each.global)
}
