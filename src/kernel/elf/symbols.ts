import { AttachError, type ByteReader, encodeUtf8, nearestNames } from "../../base/index.ts"
import { isGlob, matchesGlob } from "../glob.ts"
import type { Executable, Section } from "./executable.ts"

const SYMBOL_BYTES = 24
const SHT = { symtab: 2, dynsym: 11, verdef: 0x6fff_fffd, versym: 0x6fff_ffff } as const
const STT_FUNC = 2
const STB_WEAK = 2
const HIDDEN_VERSION = 0x8000
/** Their numbers have 15 bits. */
const MOST_VERSIONS = 0x8000
const NUL = 0
const AT = 0x40

/** A function of a program. */
export interface FunctionSymbol {
  /** In .symtab of a library also with its version: "name@VERSION". */
  readonly name: string
  /** Undefined without symbol versions. */
  readonly version: string | undefined
  readonly isWeak: boolean
  /** In the file: what the kernel takes as the place of a probe. */
  readonly offset: bigint
}

/**
 * The function of this name: "name", "name@VERSION" or "name@@VERSION", in .dynsym first, as a stripped program has only
 * that (libbpf's `elf_find_func_offset`). Throws AttachError: ENOENT with near names, EINVAL when several places answer.
 */
export function findFunction(executable: Executable, wanted: string): FunctionSymbol {
  const [name = "", version] = wanted.split(/@@?/)
  for (const table of symbolTables(executable, ["dynsym", "symtab"])) {
    const found = unambiguous(executable, wanted, [...table.named(name, version)])
    if (found) return found
  }
  throw noSuchFunction(executable, wanted)
}

/**
 * Functions that a pattern (`*`, `?`) or names stand for, in .symtab first; each place once, though several names may
 * lead to it. Throws AttachError (ENOENT).
 */
export function findFunctions(executable: Executable, wanted: string | readonly string[]): FunctionSymbol[] {
  if (typeof wanted !== "string") return wanted.map(name => findFunction(executable, name))
  if (!isGlob(wanted)) return [findFunction(executable, wanted)]
  for (const table of symbolTables(executable, ["symtab", "dynsym"])) {
    const byOffset = new Map<bigint, FunctionSymbol>()
    for (const symbol of table.all())
      if (matchesGlob(symbol.name, wanted) && !byOffset.has(symbol.offset))
        byOffset.set(symbol.offset, symbol)
    if (byOffset.size > 0) return [...byOffset.values()]
  }
  throw new AttachError(`${executable.path}: no function matches '${wanted}' (ENOENT)`, { errno: "ENOENT" })
}

/** The function that an address lies in, of a program that is loaded where its file says; undefined outside of its code. */
export function functionAt(executable: Executable, address: bigint): string | undefined {
  const isCode = executable.segments.some(
    each => each.isExecutable && address >= each.address && address < each.address + each.size,
  )
  let nearest: { readonly start: bigint; readonly name: string } | undefined
  for (const table of isCode ? symbolTables(executable, ["symtab", "dynsym"]) : [])
    for (const { name, offset } of table.all()) {
      const start = executable.addressAt(offset)
      if (start === undefined || start > address || (nearest && start <= nearest.start)) continue
      nearest = { start, name }
    }
  return nearest?.name
}

function unambiguous(
  executable: Executable,
  wanted: string,
  symbols: readonly FunctionSymbol[],
): FunctionSymbol | undefined {
  const strong = symbols.filter(symbol => !symbol.isWeak)
  const [first, ...others] = strong.length > 0 ? strong : symbols.slice(0, 1)
  const other = others.find(symbol => symbol.offset !== first?.offset)
  if (!first || !other) return first
  const names = [first, other].map(({ name, version }) => (version ? `${name}@${version}` : name))
  throw new AttachError(
    `${executable.path}: ambiguous match for '${wanted}': 0x${first.offset.toString(16)} and 0x${other.offset.toString(16)} (EINVAL)`,
    {
      errno: "EINVAL",
      hint:
        names[0] === names[1]
          ? "several functions have this name: give the offset in the file instead of a symbol"
          : `write ${names.join(" or ")}`,
    },
  )
}

function noSuchFunction(executable: Executable, wanted: string): AttachError {
  const names = new Set<string>()
  for (const table of symbolTables(executable, ["dynsym", "symtab"]))
    for (const symbol of table.all()) names.add(symbol.name)
  const nearest = nearestNames(wanted, names)
  const hint =
    names.size === 0
      ? "the file is stripped of its symbols: give an offset in the file instead"
      : nearest.length > 0
        ? `nearest: ${nearest.join(", ")}`
        : `it has ${names.size} functions, none with a similar name`
  return new AttachError(`${executable.path}: failed to find symbol '${wanted}' (ENOENT)`, {
    errno: "ENOENT",
    hint,
  })
}

function* symbolTables(
  executable: Executable,
  kinds: readonly ("dynsym" | "symtab")[],
): Generator<SymbolTable> {
  for (const kind of kinds) {
    const section = executable.sections.find(section => section.type === SHT[kind])
    if (section) yield new SymbolTable(executable, section, kind === "dynsym")
  }
}

class SymbolTable {
  readonly #executable: Executable
  readonly #symbols: ByteReader
  readonly #strings: ByteReader
  readonly #versions: ByteReader | undefined
  readonly #versionNames: ReadonlyMap<number, string>

  constructor(executable: Executable, section: Section, isDynamic: boolean) {
    this.#executable = executable
    this.#symbols = executable.content(section)
    const strings = executable.sections[section.link]
    if (!strings) throw executable.damaged(`section ${section.name} names no section of strings`)
    this.#strings = executable.content(strings)
    const versions = executable.sections.find(section => section.type === SHT.versym)
    this.#versions = isDynamic && versions ? executable.content(versions) : undefined
    this.#versionNames = this.#versions ? readVersionNames(executable) : new Map()
  }

  /** Symbols called `name`, or "name@VERSION" where .symtab writes them so; of `version`, when told. */
  *named(name: string, version: string | undefined): Generator<FunctionSymbol> {
    const bytes = encodeUtf8(name)
    for (let at = 0; at + SYMBOL_BYTES <= this.#symbols.length; at += SYMBOL_BYTES) {
      if (!this.#isFunction(at) || !this.#startsWith(this.#symbols.u32(at), bytes)) continue
      const symbol = this.#decode(at)
      if (symbol && (version === undefined || symbol.version === version)) yield symbol
    }
  }

  *all(): Generator<FunctionSymbol> {
    for (let at = 0; at + SYMBOL_BYTES <= this.#symbols.length; at += SYMBOL_BYTES) {
      const symbol = this.#isFunction(at) ? this.#decode(at) : undefined
      if (symbol && symbol.name !== "") yield symbol
    }
  }

  #isFunction(at: number): boolean {
    return (this.#symbols.u8(at + 4) & 0xf) === STT_FUNC && this.#symbols.u16(at + 6) !== 0
  }

  /** The string is `name`, or goes on with a version: compared in place, as tables have hundreds of thousands. */
  #startsWith(offset: number, name: Uint8Array): boolean {
    const { bytes } = this.#strings
    for (let index = 0; index < name.length; index++) if (bytes[offset + index] !== name[index]) return false
    const next = bytes[offset + name.length]
    return next === NUL || next === AT
  }

  /** Undefined for symbols that no mapped part of the file holds. */
  #decode(at: number): FunctionSymbol | undefined {
    const offset = this.#executable.fileOffset(this.#symbols.u64(at + 8))
    if (offset === undefined) return undefined
    const [name = "", version] = this.#strings.cstring(this.#symbols.u32(at)).split(/@@?/)
    return {
      name,
      version: version ?? this.#versionOf(at / SYMBOL_BYTES),
      isWeak: this.#symbols.u8(at + 4) >> 4 === STB_WEAK,
      offset,
    }
  }

  #versionOf(index: number): string | undefined {
    const versions = this.#versions
    if (!versions || index * 2 + 2 > versions.length) return undefined
    return this.#versionNames.get(versions.u16(index * 2) & ~HIDDEN_VERSION)
  }
}

/** .gnu.version_d: names of the versions that the file defines, by their numbers. */
function readVersionNames(executable: Executable): Map<number, string> {
  const names = new Map<number, string>()
  const section = executable.sections.find(section => section.type === SHT.verdef)
  const strings = section && executable.sections[section.link]
  if (!section || !strings) return names
  const [definitions, text] = [executable.content(section), executable.content(strings)]
  for (let at = 0; names.size < MOST_VERSIONS; ) {
    const auxiliary = at + definitions.u32(at + 12)
    names.set(definitions.u16(at + 4), text.cstring(definitions.u32(auxiliary)))
    const next = definitions.u32(at + 16)
    if (next === 0) return names
    // Positive: the walk ends with the section.
    at += next
  }
  return names
}
