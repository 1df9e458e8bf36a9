import { alignUp, BtfError, ObjectError } from "../base/index.ts"
import type { Btf, TypeId } from "../btf/index.ts"
import { type ElfFile, type ElfSymbol, SHN, STB, STT } from "./elf.ts"
import type { ExternSpec } from "./spec.ts"

type KconfigExtern = Extract<ExternSpec, { kind: "kconfig" }>
type KsymExtern = Exclude<ExternSpec, KconfigExtern>

export interface Externs {
  /** `.kconfig` by offset, then `.ksyms` by name. */
  readonly all: readonly ExternSpec[]
  readonly bySymbol: ReadonlyMap<number, ExternSpec>
  /** The value of the `.kconfig` map; size 0 when there is none. */
  readonly kconfig: { readonly size: number; readonly type: TypeId | undefined }
}

/** The map holds at most this; more cannot come from a compiler. */
const LARGEST_KCONFIG = 0x7fffffff

/**
 * Externs are undefined symbols; their BTF says which section they were declared in and so what they mean (libbpf's
 * `bpf_object__collect_externs`). Throws ObjectError for one without BTF, of an unknown section or unsupported type.
 */
export function collectExterns(elf: ElfFile, btf: Btf | undefined): Externs {
  const symbols = elf.symbols.filter(isExtern)
  if (symbols.length === 0) return { all: [], bySymbol: new Map(), kconfig: { size: 0, type: undefined } }
  const sectionOf = btf ? datasecByVariable(btf) : new Map<TypeId, string>()
  const kconfig: { symbol: number; spec: KconfigExtern }[] = []
  const ksyms: { symbol: number; spec: KsymExtern }[] = []
  for (const symbol of symbols) {
    const weak = symbol.binding === STB.WEAK
    const { id, section } = findDeclaration(btf, symbol.name, sectionOf)
    const declaration = btf!.type(id)
    if (declaration.kind !== "var" && declaration.kind !== "func")
      throw new Error("BUG: extern is no declaration")
    if (section === ".kconfig") {
      if (declaration.kind === "func") {
        throw new ObjectError(`extern function ${symbol.name} is unsupported under .kconfig section`)
      }
      kconfig.push({ symbol: symbol.index, spec: kconfigExtern(btf!, symbol.name, weak, declaration.type) })
    } else if (section === ".ksyms") {
      const kind = declaration.kind === "func" ? "kfunc" : "ksymVariable"
      const spec = { kind, name: symbol.name, weak, type: btf!.resolve(declaration.type) } as const
      ksyms.push({ symbol: symbol.index, spec })
    } else {
      throw new ObjectError(`unrecognized extern section '${section}' of extern '${symbol.name}'`, {
        hint: 'declare it with __kconfig or __ksym (SEC(".kconfig"), SEC(".ksyms"))',
      })
    }
  }
  const size = layOutKconfig(kconfig)
  ksyms.sort((a, b) => compareNames(a.spec.name, b.spec.name))
  const entries = [...kconfig, ...ksyms]
  const all = entries.map(entry => entry.spec)
  if (btf) checkDeclarations(btf, new Set(all.map(spec => spec.name)), kconfig.length > 0, ksyms.length > 0)
  return {
    all,
    bySymbol: new Map(entries.map(entry => [entry.symbol, entry.spec])),
    kconfig: {
      size,
      type: size > 0 ? btf?.find(".kconfig", "datasec") : undefined,
    },
  }
}

export function isExtern(symbol: ElfSymbol): boolean {
  const global = symbol.binding === STB.GLOBAL || symbol.binding === STB.WEAK
  return symbol.section === SHN.UNDEF && global && symbol.type === STT.NOTYPE && symbol.name !== ""
}

function datasecByVariable(btf: Btf): Map<TypeId, string> {
  const names = new Map<TypeId, string>()
  for (const id of btf.ids()) {
    const datasec = btf.typeOf(id, "datasec")
    if (!datasec) continue
    for (const variable of datasec.variables)
      if (!names.has(variable.type)) names.set(variable.type, datasec.name)
  }
  return names
}

function findDeclaration(
  btf: Btf | undefined,
  name: string,
  sectionOf: ReadonlyMap<TypeId, string>,
): { id: TypeId; section: string } {
  const where = `failed to find BTF for extern '${name}'`
  if (!btf) throw new ObjectError(`${where}: the object has no BTF`, { hint: "compile with -g" })
  const id = btf.find(name, "var", "func")
  if (id === undefined) throw new ObjectError(`${where}: no variable or function has this name`)
  const declaration = btf.type(id)
  if ((declaration.kind !== "var" && declaration.kind !== "func") || declaration.linkage !== "extern") {
    throw new ObjectError(`${where}: type [${id}] is not extern`)
  }
  const section = sectionOf.get(id)
  if (section === undefined) {
    throw new ObjectError(`${where} [${id}] section: it was declared in none`, {
      hint: 'declare it with __kconfig or __ksym (SEC(".kconfig"), SEC(".ksyms")), or define it',
    })
  }
  return { id, section }
}

/** Without its offset, which depends on all the others. */
function kconfigExtern(btf: Btf, name: string, weak: boolean, type: TypeId): KconfigExtern {
  let size: number
  let alignment: number
  try {
    size = btf.sizeOf(type)
    alignment = btf.alignOf(type)
  } catch (error) {
    if (!(error instanceof BtfError)) throw error
    throw new ObjectError(`failed to resolve size of extern (kcfg) '${name}': ${error.message}`, {
      cause: error,
    })
  }
  const found = size > 0 ? kconfigValue(btf, type) : undefined
  if (!found) throw new ObjectError(`extern (kcfg) '${name}': type is unsupported: ${btf.nameOf(type)}`)
  return {
    kind: "kconfig",
    name,
    weak,
    type,
    value: found.value,
    signed: found.signed,
    size,
    alignment,
    offset: 0,
  }
}

function kconfigValue(btf: Btf, id: TypeId): { value: KconfigExtern["value"]; signed: boolean } | undefined {
  const resolved = btf.resolve(id)
  if (btf.isVoid(resolved)) return undefined
  const type = btf.type(resolved)
  switch (type.kind) {
    case "int":
      if (type.encoding === "bool") return type.size === 1 ? { value: "bool", signed: false } : undefined
      if (type.size === 1) return { value: "char", signed: type.encoding === "signed" }
      if (![2, 4, 8].includes(type.size)) return undefined
      return { value: "integer", signed: type.encoding === "signed" }
    case "enum":
      if (type.size !== 4) return undefined
      return type.name === "libbpf_tristate" ? { value: "tristate", signed: false } : undefined
    case "enum64":
      return type.name === "libbpf_tristate" ? { value: "tristate", signed: false } : undefined
    case "array": {
      if (type.length === 0) return undefined
      const element = btf.resolve(type.element)
      if (btf.kindOf(element) !== "int") return undefined
      return kconfigValue(btf, element)?.value === "char" ? { value: "string", signed: false } : undefined
    }
    default:
      return undefined
  }
}

/** Widest alignment first, then the smaller, then by name: libbpf's order. Gives the size of the value. */
function layOutKconfig(entries: { spec: KconfigExtern }[]): number {
  entries.sort(
    ({ spec: a }, { spec: b }) =>
      b.alignment - a.alignment || a.size - b.size || compareNames(a.name, b.name),
  )
  let end = 0
  for (const entry of entries) {
    const offset = alignUp(end, entry.spec.alignment)
    end = offset + entry.spec.size
    if (end > LARGEST_KCONFIG) throw new ObjectError(`.kconfig: its externs need ${end} bytes`)
    entry.spec = { ...entry.spec, offset }
  }
  return end
}

/** What an extern section declares must be an undefined symbol. */
function checkDeclarations(btf: Btf, names: ReadonlySet<string>, kconfig: boolean, ksyms: boolean): void {
  for (const [section, used] of [
    [".kconfig", kconfig],
    [".ksyms", ksyms],
  ] as const) {
    const id = used ? btf.find(section, "datasec") : undefined
    const datasec = id === undefined ? undefined : btf.typeOf(id, "datasec")
    for (const entry of datasec?.variables ?? []) {
      const { kind, name } = btf.type(entry.type)
      if (names.has(name)) continue
      throw new ObjectError(`failed to find extern definition for BTF ${kind} '${name}' of ${section}`)
    }
  }
}

/** By bytes, as strcmp(3). */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
