import { ObjectError, RelocationError } from "../base/index.ts"
import { CLASS, type Instruction, JUMP, LOAD64_OPCODE, PSEUDO_CALL } from "../isa/index.ts"
import { type ElfFile, type ElfSection, type ElfSymbol, SHN, STB, STT } from "./elf.ts"
import { type Externs, isExtern } from "./externs.ts"
import { type FunctionSource, type FunctionTable, SLOT_SIZE } from "./functions.ts"
import { symbolOf } from "./map-relocations.ts"
import type { MapSource } from "./maps.ts"
import type { ObjectSections } from "./sections.ts"
import type { ExternSpec } from "./spec.ts"

/** What a relocated slot refers to; `at` counts from the start of its function. */
export type CodeRelocation =
  | { readonly kind: "map"; readonly at: number; readonly map: string }
  /** `offset` is the symbol's; the instruction adds its own. */
  | { readonly kind: "mapValue"; readonly at: number; readonly map: string; readonly offset: number }
  | { readonly kind: "extern"; readonly at: number; readonly extern: ExternSpec }
  | { readonly kind: "kfunc"; readonly at: number; readonly extern: ExternSpec }
  /** `offset` is the symbol's in `.text`, in bytes; the instruction adds its own. */
  | { readonly kind: "call"; readonly at: number; readonly offset: number }
  | { readonly kind: "function"; readonly at: number; readonly offset: number }

export type CodeRelocations = ReadonlyMap<FunctionSource, readonly CodeRelocation[]>

export const CALL_OPCODE = CLASS.JMP | JUMP.CALL

interface Context {
  readonly elf: ElfFile
  readonly sections: ObjectSections
  readonly maps: readonly MapSource[]
  readonly externs: Externs
  /** Data maps, and the arena, by the section that their symbols stand in. */
  readonly valueMaps: ReadonlyMap<number, string>
  /** Maps of `.maps` by offset. */
  readonly definedMaps: ReadonlyMap<number, string>
}

/**
 * The relocations of every function, ascending (libbpf's `bpf_object__collect_prog_relos`). The relocation's type
 * does not matter: instruction and symbol say what is meant. Throws ObjectError or RelocationError.
 */
export function collectCodeRelocations(
  elf: ElfFile,
  sections: ObjectSections,
  maps: readonly MapSource[],
  externs: Externs,
  functions: FunctionTable,
): CodeRelocations {
  const defined = maps.filter(map => map.spec.kind === "map")
  const arena = sections.arena && defined.find(map => map.spec.data !== undefined)
  const values = maps.filter(
    ({ spec }) => spec.kind === "data" || spec.kind === "rodata" || spec.kind === "bss",
  )
  const context: Context = {
    elf,
    sections,
    maps,
    externs,
    definedMaps: new Map(defined.map(map => [map.offset, map.spec.name])),
    valueMaps: new Map([
      ...values.map(map => [map.section!.index, map.spec.name] as const),
      ...(arena ? [[sections.arena.index, arena.spec.name] as const] : []),
    ]),
  }
  const relocations = new Map<FunctionSource, CodeRelocation[]>()
  for (const { section, target } of sections.relocations) {
    if (target === sections.maps || sections.structOps.includes(target)) continue
    collectSection(context, section, target, functions, relocations)
  }
  for (const list of relocations.values()) list.sort((a, b) => a.at - b.at)
  return relocations
}

function collectSection(
  context: Context,
  section: ElfSection,
  target: ElfSection,
  functions: FunctionTable,
  relocations: Map<FunctionSource, CodeRelocation[]>,
): void {
  const { elf } = context
  const where = `sec '${section.name}': `
  for (const relocation of elf.relocations(section)) {
    const symbol = symbolOf(elf, relocation, where)
    if (symbol.section >= elf.sections.length && symbol.section < SHN.LORESERVE) {
      throw new ObjectError(
        `${where}corrupted symbol #${symbol.index} pointing to invalid section #${symbol.section}`,
      )
    }
    if (relocation.offset % SLOT_SIZE !== 0 || relocation.offset >= target.size) {
      throw new ObjectError(`${where}invalid relocation offset 0x${relocation.offset.toString(16)}`)
    }
    const slot = relocation.offset / SLOT_SIZE
    const owner = functions.at(target.index, slot)
    // A weak function that another definition replaced has lost its symbol; its code is dead.
    if (!owner) continue
    const recorded = classify(context, owner, slot - owner.start, symbol)
    const list = relocations.get(owner)
    if (list) list.push(recorded)
    else relocations.set(owner, [recorded])
  }
}

/** libbpf's `bpf_program__record_reloc`. */
function classify(context: Context, owner: FunctionSource, at: number, symbol: ElfSymbol): CodeRelocation {
  const { sections, externs, valueMaps, definedMaps } = context
  const instruction = owner.code[owner.start + at]!
  const where = `prog '${owner.name}': `
  const name = symbolName(context.elf, symbol)
  const isCall = instruction.opcode === CALL_OPCODE
  const isLoad = instruction.opcode === LOAD64_OPCODE && at + 1 < owner.length
  if (!isCall && !isLoad) {
    const code = instruction.opcode.toString(16)
    throw new RelocationError(`${where}invalid relo against '${name}' for insns[${at}].code 0x${code}`)
  }
  if (isExtern(symbol)) {
    const extern = externs.bySymbol.get(symbol.index)
    if (!extern) throw new Error(`BUG: extern '${symbol.name}' was not collected`)
    return { kind: isCall ? "kfunc" : "extern", at, extern }
  }
  const sectionName = context.elf.sections[symbol.section]?.name ?? `#${symbol.section}`
  if (isCall) return classifyCall(where, context, at, instruction, symbol, name, sectionName)
  if (symbol.section === SHN.UNDEF || symbol.section >= SHN.LORESERVE) {
    throw new RelocationError(
      `${where}invalid relo against '${name}' in special section 0x${symbol.section.toString(16)}: ` +
        "is a global variable not initialized, or a function not defined?",
    )
  }
  if (isSubprogram(symbol, sections.text)) {
    if (symbol.value % SLOT_SIZE !== 0 || instruction.imm % SLOT_SIZE !== 0) {
      throw new RelocationError(
        `${where}bad subprog addr relo against '${name}' at offset ${symbol.value}+${instruction.imm}`,
      )
    }
    return { kind: "function", at, offset: symbol.value }
  }
  const value = valueMaps.get(symbol.section)
  if (value !== undefined) return { kind: "mapValue", at, map: value, offset: symbol.value }
  if (symbol.section === sections.arena?.index) {
    throw new RelocationError(`${where}bad arena data relocation at insn ${at}, no arena maps defined`)
  }
  if (symbol.section !== sections.maps?.index) {
    throw new RelocationError(`${where}bad map relo against '${name}' in section '${sectionName}'`)
  }
  const map = definedMaps.get(symbol.value)
  if (map === undefined) {
    throw new RelocationError(
      `${where}map relo failed to find map for section '${sectionName}', off ${symbol.value}`,
    )
  }
  return { kind: "map", at, map }
}

function classifyCall(
  where: string,
  context: Context,
  at: number,
  instruction: Instruction,
  symbol: ElfSymbol,
  name: string,
  sectionName: string,
): CodeRelocation {
  if (instruction.src !== PSEUDO_CALL.SUBPROGRAM) {
    throw new RelocationError(`${where}incorrect bpf_call opcode: source ${instruction.src} at insn ${at}`)
  }
  if (!context.sections.text || symbol.section !== context.sections.text.index) {
    throw new RelocationError(`${where}bad call relo against '${name}' in section '${sectionName}'`, {
      hint: "subprograms have to stand in .text: a function with SEC() is an entry point",
    })
  }
  if (symbol.value % SLOT_SIZE !== 0) {
    throw new RelocationError(`${where}bad call relo against '${name}' at offset ${symbol.value}`)
  }
  return { kind: "call", at, offset: symbol.value }
}

function isSubprogram(symbol: ElfSymbol, text: ElfSection | undefined): boolean {
  if (!text || symbol.section !== text.index) return false
  if (symbol.binding === STB.LOCAL) return symbol.type === STT.SECTION
  return symbol.type === STT.FUNC && (symbol.binding === STB.GLOBAL || symbol.binding === STB.WEAK)
}

/** Relocations against static functions name the section that holds them. */
function symbolName(elf: ElfFile, symbol: ElfSymbol): string {
  if (symbol.type === STT.SECTION && symbol.name === "") return elf.sections[symbol.section]?.name ?? ""
  return symbol.name
}
