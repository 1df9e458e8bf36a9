import { ObjectError } from "../base/index.ts"
import { type Instruction, LOAD64_OPCODE, PSEUDO_CALL, PSEUDO_LOAD } from "../isa/index.ts"
import { CALL_OPCODE, type CodeRelocation, type CodeRelocations } from "./code-relocations.ts"
import { type FunctionSource, type FunctionTable, SLOT_SIZE } from "./functions.ts"
import type { Reference } from "./spec.ts"

/** A program's code with the subprograms it reaches, before its debug records are moved along. */
export interface LinkedCode {
  readonly instructions: readonly Instruction[]
  /** Entry first, with the slot where each function starts. */
  readonly placed: readonly { readonly source: FunctionSource; readonly start: number }[]
  readonly references: readonly Reference[]
  readonly problem: string | undefined
}

/**
 * All programs of an object together may have this many slots: four times the million instructions that a kernel
 * looks at. Overlapping functions of a hostile file would ask for memory without end.
 */
const MOST_SLOTS = 4_000_000

/**
 * Links programs the way libbpf does (`bpf_object__reloc_code`): a subprogram is appended where it is first called
 * or its address taken, then its own callees, each once a program; exception callbacks come last.
 */
export class Linker {
  readonly #functions: FunctionTable
  readonly #relocations: CodeRelocations
  readonly #textIndex: number
  #slots = 0

  constructor(functions: FunctionTable, relocations: CodeRelocations, textIndex: number | undefined) {
    this.#functions = functions
    this.#relocations = relocations
    this.#textIndex = textIndex ?? -1
  }

  /** `exceptionCallback` is a subprogram that nothing calls, but that the program names. */
  link(entry: FunctionSource, exceptionCallback: FunctionSource | undefined): LinkedCode {
    const starts = new Map<FunctionSource, number>()
    const instructions: Instruction[] = []
    const references: Reference[] = []
    let problem: string | undefined
    try {
      this.#append(entry, starts, instructions, references)
      if (exceptionCallback && !starts.has(exceptionCallback)) {
        this.#append(exceptionCallback, starts, instructions, references)
      }
    } catch (error) {
      if (!(error instanceof LinkProblem)) throw error
      problem = `prog '${entry.name}': failed to relocate calls: ${error.message}`
    }
    return {
      instructions,
      placed: Array.from(starts, ([source, start]) => ({ source, start })),
      references: references.sort((a, b) => a.at - b.at),
      problem,
    }
  }

  /** Appends a function and everything it reaches; a work list stands in for recursion, in recursion's order. */
  #append(
    root: FunctionSource,
    starts: Map<FunctionSource, number>,
    instructions: Instruction[],
    references: Reference[],
  ): void {
    const stack = [this.#enter(root, starts, instructions, references)]
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      if (frame.slot === frame.source.length) {
        stack.pop()
        continue
      }
      const at = frame.start + frame.slot
      const instruction = instructions[at]!
      const target = this.#calleeOf(frame, instruction)
      if (!target) {
        frame.slot++
        continue
      }
      const start = starts.get(target)
      if (start === undefined) {
        // The callee goes first; this slot is looked at again when its place is known.
        stack.push(this.#enter(target, starts, instructions, references))
        continue
      }
      instructions[at] = { ...instruction, imm: start - at - 1 }
      if (instruction.opcode === LOAD64_OPCODE) {
        instructions[at] = { ...instruction, src: PSEUDO_LOAD.FUNC, imm: start - at - 1 }
        references.push({ kind: "function", at, function: target.name, target: start })
      }
      frame.slot++
    }
  }

  #enter(
    source: FunctionSource,
    starts: Map<FunctionSource, number>,
    instructions: Instruction[],
    references: Reference[],
  ): Frame {
    this.#slots += source.length
    if (this.#slots > MOST_SLOTS) {
      throw new ObjectError(`the programs of the object have more than ${MOST_SLOTS} instructions in total`)
    }
    const start = instructions.length
    starts.set(source, start)
    const end = source.start + source.length
    for (let slot = source.start; slot < end; slot++) instructions.push(source.code[slot]!)
    const relocations = this.#relocations.get(source) ?? []
    const calls = new Map<number, CodeRelocation>()
    for (const relocation of relocations) {
      if (!mark(relocation, start, instructions, references)) calls.set(relocation.at, relocation)
    }
    return { source, start, calls, slot: 0 }
  }

  /** The subprogram that a slot calls or takes the address of. */
  #calleeOf(frame: Frame, instruction: Instruction): FunctionSource | undefined {
    const { source, slot } = frame
    const relocation = frame.calls.get(slot)
    if (!relocation && !isSubprogramCall(instruction) && !isFunctionLoad(instruction)) return undefined
    let target: number
    if (relocation?.kind === "call") target = relocation.offset / SLOT_SIZE + instruction.imm + 1
    else if (relocation?.kind === "function") target = (relocation.offset + instruction.imm) / SLOT_SIZE
    else if (isFunctionLoad(instruction)) {
      throw new LinkProblem(`missing subprog addr relo for insn #${slot} of '${source.name}'`)
    }
    // A static function of the same section is called without a relocation.
    else target = source.start + slot + instruction.imm + 1
    const found = this.#functions.at(this.#textIndex, target)
    if (found) return found
    throw new LinkProblem(`insn #${slot} of '${source.name}': no function in .text at slot ${target}`)
  }
}

interface Frame {
  readonly source: FunctionSource
  readonly start: number
  /** Relocations of calls and function addresses, by slot of the function. */
  readonly calls: ReadonlyMap<number, CodeRelocation>
  slot: number
}

/** What libbpf finds out at load only: the object opens, the program does not load. */
class LinkProblem extends Error {}

function isSubprogramCall(instruction: Instruction): boolean {
  const { opcode, src, dst, off } = instruction
  return opcode === CALL_OPCODE && src === PSEUDO_CALL.SUBPROGRAM && dst === 0 && off === 0
}

function isFunctionLoad(instruction: Instruction): boolean {
  return instruction.opcode === LOAD64_OPCODE && instruction.src === PSEUDO_LOAD.FUNC
}

/** Marks the slot of a reference that the loader fills in, and lists it; false for calls, which are linked. */
function mark(
  relocation: CodeRelocation,
  start: number,
  instructions: Instruction[],
  references: Reference[],
): boolean {
  const at = start + relocation.at
  const first = instructions[at]!
  switch (relocation.kind) {
    case "map":
      instructions[at] = { ...first, src: PSEUDO_LOAD.MAP_FD, imm: 0 }
      references.push({ kind: "map", at, map: relocation.map })
      return true
    case "mapValue": {
      const offset = (first.imm + relocation.offset) | 0
      instructions[at] = { ...first, src: PSEUDO_LOAD.MAP_VALUE, imm: 0 }
      instructions[at + 1] = { ...instructions[at + 1]!, imm: offset }
      references.push({ kind: "mapValue", at, map: relocation.map, offset: offset >>> 0 })
      return true
    }
    case "extern":
      references.push({ kind: "extern", at, extern: relocation.extern.name })
      return true
    case "kfunc":
      instructions[at] = { ...first, src: PSEUDO_CALL.KFUNC, off: 0, imm: 0 }
      references.push({ kind: "kfunc", at, extern: relocation.extern.name })
      return true
    case "call":
    case "function":
      return false
    default:
      return relocation satisfies never
  }
}
