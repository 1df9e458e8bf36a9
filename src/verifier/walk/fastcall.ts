import { VOID } from "../../btf/index.ts"
import { helperPrototype } from "../../catalog/details.ts"
import { isSince } from "../../catalog/index.ts"
import { CLASS, type Instruction, JUMP, MODE, PSEUDO_CALL } from "../../isa/index.ts"
import { calledName } from "../rules/callback-calls.ts"
import type { Frame } from "../state/frame.ts"
import type { Subprogram } from "./subprograms.ts"
import { MARK, type Walk } from "./walk.ts"

/**
 * Compilers spill registers around calls that old kernels let clobber them: `bpf_fastcall`. Where the kernel writes
 * such a call out and nothing else uses those slots, it takes the spills away, and their stack.
 */
export interface FastcallSpills {
  /** The lowest offsets of the spills; 0 for none, LOST where something else uses their slots. */
  offset: number
  /** A call among them is not written out: its spills stay. */
  kept: boolean
  /** Whether a call among them is. */
  removable: boolean
  /** The instructions that spill and fill. */
  readonly instructions: Set<number>
}

const LOST = -0x8000
const CALL = CLASS.JMP | JUMP.CALL
const SPILL = CLASS.STX | MODE.MEM | 0x18
const FILL = CLASS.LDX | MODE.MEM | 0x18
const SAVED = 0b11_1111
const MOST_PAIRS = 6

export function newFastcallSpills(): FastcallSpills {
  return { offset: 0, kept: false, removable: false, instructions: new Set() }
}

export function findFastcallSpills(walk: Walk): void {
  if (!isSince("6.12", walk.kernel.release)) return
  for (const subprogram of walk.subprograms) {
    const spills = walk.code
      .slice(subprogram.start, subprogram.end)
      .filter(each => each.opcode === SPILL && each.dst === 10)
    const lowest = Math.min(0, ...spills.map(each => each.off))
    for (let at = subprogram.start; at < subprogram.end; at++)
      if (walk.code[at]!.opcode === CALL) findAround(walk, subprogram, at, lowest)
  }
}

function findAround(walk: Walk, { fastcall }: Subprogram, at: number, lowest: number): void {
  const { code, marks } = walk
  const called = clobberedBy(walk, at)
  if (called.registers === SAVED) return
  let expected = ~called.registers & SAVED
  let pairs = 0
  let offset = lowest
  for (; pairs < MOST_PAIRS; pairs++, offset += 8) {
    const distance = pairs + 1
    const [spill, fill] = [code[at - distance], code[at + distance]]
    if (!spill || !fill) break
    // A jump into the middle would leave part of it undone.
    if ((marks[at - pairs]! | marks[at + distance]!) & MARK.TARGET) break
    if (!isPair(spill, fill, offset) || !(expected & (1 << spill.src))) break
    expected &= ~(1 << spill.src)
    fastcall.instructions.add(at - distance).add(at + distance)
  }
  if (pairs === 0) return
  if (called.writtenOut) fastcall.removable = true
  else fastcall.kept = true
  fastcall.offset = Math.min(fastcall.offset, offset)
}

function isPair(spill: Instruction, fill: Instruction, offset: number): boolean {
  if (spill.opcode !== SPILL || fill.opcode !== FILL || spill.dst !== 10 || fill.src !== 10) return false
  return spill.src === fill.dst && spill.off === offset && fill.off === offset
}

/** Which of r0 to r5 a call would clobber if it kept to the contract: its result, and its parameters. */
function clobberedBy(walk: Walk, at: number): { readonly registers: number; readonly writtenOut: boolean } {
  const called = calledName(walk, at)
  const mask = (gives: boolean, parameters: number) => (gives ? 1 : 0) | (((1 << parameters) - 1) << 1)
  const all = { registers: SAVED, writtenOut: false }
  if (walk.code[at]!.src === PSEUDO_CALL.SUBPROGRAM || !called) return all
  if (called.kind === "helper") {
    const { type, attachType, sleepable } = walk.program
    const { release } = walk.kernel
    const prototype = helperPrototype(called.name, { programType: type, attachType, sleepable, release })
    if (!prototype) return all
    const checked = prototype.arguments.filter(
      each => each.kind !== "variadic" && each.kind !== "unchecked",
    ).length
    const writtenOut = called.name === "bpf_get_smp_processor_id"
    return { registers: mask(prototype.returns.kind !== "void", checked), writtenOut }
  }
  const reference = walk.program.references.get(at)
  const { btf } = walk.kernel
  const declared = reference?.kind === "kfunc" ? btf.typeOf(reference.btfId, "func") : undefined
  const prototype = declared && btf.typeOf(declared.type, "func_proto")
  if (!prototype) return all
  const writtenOut = called.name === "bpf_cast_to_kern_ctx" || called.name === "bpf_rdonly_cast"
  return { registers: mask(prototype.returns !== VOID, prototype.params.length), writtenOut }
}

/** Something else than its spills and fills uses their stack: they must stay. */
export function noteStackAccess(walk: Walk, frame: Frame, offset: number): void {
  const { fastcall } = walk.subprograms[frame.subprogram]!
  if (fastcall.offset <= offset || fastcall.instructions.has(walk.at)) return
  fastcall.offset = LOST
  fastcall.removable = false
  fastcall.instructions.clear()
}

/** Takes the spills off the stack where they can go. */
export function removeFastcallSpills(walk: Walk): void {
  for (const subprogram of walk.subprograms) {
    const { removable, kept, offset } = subprogram.fastcall
    if (removable && !kept) subprogram.stackDepth = -offset
  }
}
