import { ObjectError } from "../base/index.ts"
import type { Btf, BtfLinkage, TypeId } from "../btf/index.ts"
import { type ElfFile, type ElfSymbol, STB, STT, STV } from "./elf.ts"

/** A `datasec` with the sizes and offsets that the compiler leaves to the symbol table. */
export interface DatasecLayout {
  readonly id: TypeId
  readonly name: string
  readonly variables: readonly DatasecVariable[]
}

export interface DatasecVariable {
  readonly name: string
  readonly type: TypeId
  readonly linkage: BtfLinkage
  readonly offset: number
  readonly size: number
}

const EXTERN_SECTIONS = [".kconfig", ".ksyms"]

/**
 * Lays out every `datasec` but those of externs, by section name (libbpf's `bpf_object_fixup_btf`): clang writes no
 * size and no offset for a global variable, its ELF symbol tells. Hidden variables become static. Throws ObjectError
 * when section or symbol is missing.
 */
export function layOutDatasecs(btf: Btf, elf: ElfFile): ReadonlyMap<string, DatasecLayout> {
  const symbols = variableSymbols(elf)
  const layouts = new Map<string, DatasecLayout>()
  for (const id of btf.ids()) {
    const datasec = btf.typeOf(id, "datasec")
    if (!datasec || EXTERN_SECTIONS.includes(datasec.name)) continue
    const where = `sec '${datasec.name}'`
    const compiled = datasec.size === 0
    if (compiled && !elf.section(datasec.name)?.size) {
      throw new ObjectError(
        `${where}: failed to determine size from ELF: it is in the BTF, but not a section`,
      )
    }
    const variables = datasec.variables.map(entry => {
      const variable = btf.typeOf(entry.type, "var")
      if (!variable) throw new ObjectError(`${where}: unexpected non-VAR type [${entry.type}] found`)
      const { name, type, linkage } = variable
      if (linkage !== "global") return { name, type, linkage, offset: entry.offset, size: entry.size }
      const symbol = symbols.get(name)
      if (!symbol) throw new ObjectError(`${where}: failed to find ELF symbol for VAR '${name}'`)
      const hidden = symbol.visibility === STV.HIDDEN || symbol.visibility === STV.INTERNAL
      const offset = compiled ? symbol.value : entry.offset
      return { name, type, linkage: hidden ? ("static" as const) : linkage, offset, size: entry.size }
    })
    variables.sort((a, b) => a.offset - b.offset)
    if (!layouts.has(datasec.name)) layouts.set(datasec.name, { id, name: datasec.name, variables })
  }
  return layouts
}

function variableSymbols(elf: ElfFile): Map<string, ElfSymbol> {
  const symbols = new Map<string, ElfSymbol>()
  for (const symbol of elf.symbols) {
    if (symbol.type !== STT.OBJECT) continue
    if (symbol.binding !== STB.GLOBAL && symbol.binding !== STB.WEAK) continue
    if (!symbols.has(symbol.name)) symbols.set(symbol.name, symbol)
  }
  return symbols
}
