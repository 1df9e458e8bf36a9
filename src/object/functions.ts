import { ObjectError } from "../base/index.ts"
import { decodeInstructions, type Instruction } from "../isa/index.ts"
import { type ElfFile, type ElfSection, STB, STT, STV } from "./elf.ts"
import type { ObjectSections } from "./sections.ts"
import type { FunctionSpec } from "./spec.ts"

export const SLOT_SIZE = 8

/** A function symbol: an entry program, or a subprogram when it stands in `.text`. */
export interface FunctionSource {
  readonly name: string
  readonly section: ElfSection
  /** First slot in the section. */
  readonly start: number
  readonly length: number
  readonly linkage: FunctionSpec["linkage"]
  readonly isSubprogram: boolean
  /** The slots of the whole section, shared by its functions. */
  readonly code: readonly Instruction[]
}

/** The functions of an object by section and place, as libbpf orders them, to be found by any of their slots. */
export class FunctionTable {
  readonly programs: readonly FunctionSource[]
  readonly subprograms: readonly FunctionSource[]
  readonly #bySection = new Map<number, FunctionSource[]>()

  constructor(functions: readonly FunctionSource[]) {
    const sorted = functions.toSorted((a, b) => a.section.index - b.section.index || a.start - b.start)
    this.programs = sorted.filter(each => !each.isSubprogram)
    this.subprograms = sorted.filter(each => each.isSubprogram)
    for (const each of sorted) {
      const list = this.#bySection.get(each.section.index)
      if (list) list.push(each)
      else this.#bySection.set(each.section.index, [each])
    }
  }

  /** The function that a slot of a section belongs to; undefined between functions. */
  at(sectionIndex: number, slot: number): FunctionSource | undefined {
    const functions = this.#bySection.get(sectionIndex)
    if (!functions) return undefined
    let low = 0
    let high = functions.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (functions[middle]!.start <= slot) low = middle + 1
      else high = middle
    }
    const found = functions[low - 1]
    return found && slot < found.start + found.length ? found : undefined
  }
}

/**
 * Every function symbol of the code sections. Throws ObjectError for one that leaves its section, does not start
 * and end on a slot, or is static outside `.text` (libbpf's `bpf_object__add_programs`).
 */
export function collectFunctions(elf: ElfFile, sections: ObjectSections): FunctionTable {
  const code = new Map<number, readonly Instruction[]>()
  for (const section of sections.code) {
    const whole = section.bytes.subarray(0, section.bytes.length - (section.bytes.length % SLOT_SIZE))
    code.set(section.index, decodeInstructions(whole, elf.littleEndian))
  }
  const functions: FunctionSource[] = []
  for (const symbol of elf.symbols) {
    const instructions = code.get(symbol.section)
    if (!instructions || symbol.type !== STT.FUNC) continue
    const section = elf.sections[symbol.section]!
    const where = `sec '${section.name}': `
    if (symbol.value + symbol.size > section.size) {
      throw new ObjectError(
        `${where}program '${symbol.name}' at offset ${symbol.value} crosses the section boundary at ${section.size}`,
      )
    }
    const isSubprogram = section === sections.text
    if (!isSubprogram && symbol.binding === STB.LOCAL) {
      throw new ObjectError(`${where}program '${symbol.name}' is static and not supported`, {
        hint: "drop 'static', or take it out of the section when it is no entry point",
      })
    }
    if (symbol.size === 0 || symbol.size % SLOT_SIZE !== 0 || symbol.value % SLOT_SIZE !== 0) {
      throw new ObjectError(
        `${where}corrupted program '${symbol.name}', offset ${symbol.value}, size ${symbol.size}: no whole slots`,
      )
    }
    const hidden = symbol.visibility === STV.HIDDEN || symbol.visibility === STV.INTERNAL
    functions.push({
      name: symbol.name,
      section,
      start: symbol.value / SLOT_SIZE,
      length: symbol.size / SLOT_SIZE,
      linkage:
        symbol.binding === STB.LOCAL || hidden ? "static" : symbol.binding === STB.WEAK ? "weak" : "global",
      isSubprogram,
      code: instructions,
    })
  }
  return new FunctionTable(functions)
}
