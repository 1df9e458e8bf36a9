import { toHex } from "../../base/index.ts"
import type { CoreRelocation } from "../../btf/index.ts"
import { encodeInstructions, formatInstruction, type InstructionNames, isLoad64 } from "../../isa/index.ts"
import type { ObjectSpec, ProgramSpec, Reference } from "../../object/index.ts"
import { describeCore } from "./describe-core.ts"

/** One program as rows: what the text and the JSON form are made of. */
export interface Listing {
  readonly name: string
  readonly section: string
  readonly programType: string | undefined
  /** In slots. */
  readonly length: number
  /** Why the program cannot be loaded, where the object says so much. */
  readonly problem: string | undefined
  readonly functions: readonly ListedFunction[]
}

export interface ListedFunction {
  readonly name: string
  readonly start: number
  readonly instructions: readonly ListedInstruction[]
}

export interface ListedInstruction {
  readonly slot: number
  /** As the verifier log has it, with names in it. */
  readonly text: string
  /** Hex, by slot: two for a 64-bit load. */
  readonly bytes: readonly string[]
  /** The source line, where it is another one than the instruction before has. */
  readonly source: SourceLine | undefined
  readonly reference: Reference | undefined
  readonly core: ListedCore | undefined
}

export interface SourceLine {
  readonly file: string
  readonly line: number
  readonly text: string
}

export interface ListedCore {
  readonly kind: CoreRelocation["kind"]
  /** The member, type or enumerator in C words. */
  readonly what: string
}

export function listProgram(object: ObjectSpec, program: ProgramSpec): Listing {
  const names = namesOf(object, program)
  const references = bySlot(program.references)
  const core = bySlot(program.coreRelocations)
  const lines = bySlot(program.lines)
  let last: SourceLine | undefined
  const listed = (slot: number): ListedInstruction => {
    const line = lines.get(slot)
    const moved = line !== undefined && (line.file !== last?.file || line.line !== last.line)
    if (moved) last = { file: line.file, line: line.line, text: line.text.trim() }
    const relocation = core.get(slot)
    const slots = program.instructions.slice(slot, slot + (isLoad64(program.instructions[slot]!) ? 2 : 1))
    return {
      slot,
      text: formatInstruction(program.instructions, slot, names),
      bytes: slots.map(one => toHex(encodeInstructions([one], object.byteOrder === "little"), " ")),
      source: moved ? last : undefined,
      reference: references.get(slot),
      core: relocation && { kind: relocation.kind, what: describeCore(object.btf, relocation) },
    }
  }
  return {
    name: program.name,
    section: program.section,
    programType: program.definition?.programType,
    length: program.instructions.length,
    problem: program.problem,
    functions: program.functions.map(({ name, start, length }) => ({
      name,
      start,
      instructions: firstSlots(program, start, start + length).map(listed),
    })),
  }
}

/** Slots in the range at which an instruction starts. */
function firstSlots({ instructions }: ProgramSpec, start: number, end: number): number[] {
  const slots: number[] = []
  for (let slot = start; slot < Math.min(end, instructions.length); slot++) {
    slots.push(slot)
    if (isLoad64(instructions[slot]!)) slot++
  }
  return slots
}

function bySlot<T extends { readonly at: number }>(records: readonly T[]): ReadonlyMap<number, T> {
  return new Map(records.map(record => [record.at, record]))
}

function namesOf(object: ObjectSpec, program: ProgramSpec): InstructionNames {
  const references = bySlot(program.references)
  const functions = new Map(program.functions.map(({ start, name }) => [start, name]))
  const externs = new Map(object.externs.map(({ name, kind }) => [name, kind]))
  return {
    load64: at => {
      const reference = references.get(at)
      return reference && referenceText(reference, externs)
    },
    kfunc: at => {
      const reference = references.get(at)
      return reference?.kind === "kfunc" ? reference.extern : undefined
    },
    subprogram: (_at, target) => functions.get(target),
  }
}

function referenceText(reference: Reference, externs: ReadonlyMap<string, string>): string | undefined {
  switch (reference.kind) {
    case "map":
      return `map[${reference.map}]`
    case "mapValue":
      return `map[${reference.map}][0]+${reference.offset}`
    case "extern":
      return `${externs.get(reference.extern) === "kconfig" ? "kconfig" : "ksym"}[${reference.extern}]`
    case "function":
      return `subprog[${reference.function}]`
    case "kfunc":
      return undefined
    default:
      return reference satisfies never
  }
}
