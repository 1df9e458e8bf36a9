import { alignUp } from "../base/index.ts"
import { type Btf, BtfBuilder, type BtfType, type TypeId, VOID } from "../btf/index.ts"
import type { ObjectSpec } from "../object/index.ts"

/** The name of what stands for kernel functions, and of their parameters without one. */
const STAND_IN = "dummy_ksym"
/** Bytes of the `int` that stands for each `.ksyms` entry: the kernel wants a size and an order, nothing else. */
const KSYM_SIZE = 4

/** BTF to load, and where its strings are: line records name files and lines by offset. */
export interface LoadableBtf {
  readonly bytes: Uint8Array
  stringOffset(text: string): number
}

/**
 * An object's BTF as the kernel takes it, with the ids unchanged: sizes and offsets of data sections, which compilers leave
 * to the symbol table; externs as variables of their own; hidden functions as static ones (libbpf's
 * `bpf_object__fixup_btf` and `bpf_object__resolve_externs`). Undefined when the object has none.
 */
export function loadableBtf(
  object: ObjectSpec,
  { questionMarks }: { readonly questionMarks: boolean },
): LoadableBtf | undefined {
  const { btf } = object
  if (!btf) return undefined
  const known = made.get(object)
  if (known?.questionMarks === questionMarks) return known.loadable
  const loadable = rewrite(object, btf, questionMarks)
  made.set(object, { questionMarks, loadable })
  return loadable
}

/** Whoever loads an object's programs one by one asks for the same each time. */
const made = new WeakMap<ObjectSpec, { readonly questionMarks: boolean; readonly loadable: LoadableBtf }>()

function rewrite(object: ObjectSpec, btf: Btf, questionMarks: boolean): LoadableBtf {
  const builder = new BtfBuilder()
  const ids = [...btf.ids()].filter(id => id !== VOID)
  for (const _ of ids) builder.reserve()
  const types = new Rewrite(object, builder, questionMarks)
  for (const id of ids) builder.define(id, types.type(btf.type(id), id))
  for (const { lines } of object.programs)
    for (const { file, text } of lines) {
      builder.string(file)
      builder.string(text)
    }
  return {
    bytes: builder.build({ littleEndian: btf.littleEndian }),
    stringOffset: text => builder.string(text),
  }
}

type SectionVariables = Extract<BtfType, { kind: "datasec" }>["variables"]

class Rewrite {
  readonly #object: ObjectSpec
  readonly #builder: BtfBuilder
  readonly #questionMarks: boolean
  readonly #static: ReadonlySet<string>
  /** Prototypes of kernel functions. */
  readonly #externs: ReadonlySet<TypeId>
  /** The `var` that stands for a kernel function in `.ksyms`. */
  #functionStandIn: TypeId | undefined
  #int: TypeId | undefined

  constructor(object: ObjectSpec, builder: BtfBuilder, questionMarks: boolean) {
    this.#object = object
    this.#builder = builder
    this.#questionMarks = questionMarks
    const functions = object.programs.flatMap(program => program.functions.slice(1))
    this.#static = new Set(functions.filter(each => each.linkage === "static").map(each => each.name))
    this.#externs = new Set(externPrototypes(object))
  }

  type(type: BtfType, id: TypeId): BtfType {
    switch (type.kind) {
      case "func_proto":
        return this.#externs.has(id) ? withNames(type) : type
      case "datasec":
        return this.#section(type)
      case "func":
        return this.#function(type)
      case "var":
        return this.#variable(type)
      default:
        return type
    }
  }

  #function(type: Extract<BtfType, { kind: "func" }>): BtfType {
    // Externs are called by id, never defined: the kernel knows no extern functions.
    if (type.linkage === "extern") return { ...type, linkage: "global" }
    return type.linkage === "global" && this.#static.has(type.name) ? { ...type, linkage: "static" } : type
  }

  #variable(type: Extract<BtfType, { kind: "var" }>): BtfType {
    if (type.linkage !== "extern") return type
    const extern = this.#object.externs.find(extern => extern.name === type.name)
    return { ...type, linkage: "global", type: extern?.kind === "ksymVariable" ? this.#intType() : type.type }
  }

  #section(type: Extract<BtfType, { kind: "datasec" }>): BtfType {
    const name = this.#questionMarks ? type.name : type.name.replace(/^\?/, "_")
    if (type.name === ".ksyms") return { ...type, name, ...this.#ksyms(type.variables) }
    const sized = type.name === ".kconfig" ? this.#kconfig(type.variables) : this.#data(type)
    return { ...type, name, ...sized }
  }

  /** Every entry four bytes, one behind the other; functions by a variable, which sections may hold. */
  #ksyms(variables: SectionVariables): { size: number; variables: SectionVariables } {
    const { btf } = this.#object
    const placed = variables.map((entry, index) => ({
      type: btf?.typeOf(entry.type, "func") ? this.#standIn() : entry.type,
      offset: index * KSYM_SIZE,
      size: KSYM_SIZE,
    }))
    return { size: placed.length * KSYM_SIZE, variables: placed }
  }

  #kconfig(variables: SectionVariables): { size: number; variables: SectionVariables } {
    const { btf, externs } = this.#object
    const placed = variables.flatMap(entry => {
      const name = btf?.typeOf(entry.type, "var")?.name
      const extern = externs.find(extern => extern.kind === "kconfig" && extern.name === name)
      return extern?.kind === "kconfig"
        ? [{ type: entry.type, offset: extern.offset, size: extern.size }]
        : []
    })
    placed.sort((a, b) => a.offset - b.offset)
    const size = placed.reduce((end, { offset, size }) => Math.max(end, offset + size), 0)
    return { size, variables: placed }
  }

  #data(type: Extract<BtfType, { kind: "datasec" }>): { size: number; variables: SectionVariables } {
    const { btf, maps, globals } = this.#object
    const map = maps.find(map => map.section === type.name && map.kind !== "map")
    if (!map) return inARow(type)
    const offsets = new Map(
      globals.filter(global => global.map === map.name).map(global => [global.name, global.offset]),
    )
    const variables = type.variables.map(entry => {
      const variable = btf?.typeOf(entry.type, "var")
      const offset = variable?.linkage === "global" ? offsets.get(variable.name) : undefined
      return offset === undefined ? entry : { ...entry, offset }
    })
    const end = variables.reduce((end, { offset, size }) => Math.max(end, offset + size), 0)
    return {
      size: Math.max(type.size, map.valueSize, end),
      variables: variables.toSorted((a, b) => a.offset - b.offset),
    }
  }

  #standIn(): TypeId {
    this.#functionStandIn ??= this.#builder.add({
      kind: "var",
      name: STAND_IN,
      type: this.#intType(),
      linkage: "global",
    })
    return this.#functionStandIn
  }

  #intType(): TypeId {
    this.#int ??= this.#builder.add({
      kind: "int",
      name: "int",
      size: 4,
      encoding: "signed",
      bitOffset: 0,
      bits: 32,
    })
    return this.#int
  }
}

/**
 * A section that no map holds (".maps", "license"): nobody reads its variables by offset, but the kernel wants them one
 * behind the other.
 */
function inARow(type: Extract<BtfType, { kind: "datasec" }>): { size: number; variables: SectionVariables } {
  let end = 0
  const variables = type.variables.map(entry => {
    const offset = alignUp(end, 8)
    end = offset + entry.size
    return { ...entry, offset }
  })
  return { size: Math.max(type.size, end), variables }
}

function externPrototypes({ btf }: ObjectSpec): TypeId[] {
  if (!btf) return []
  return [...btf.ids()].flatMap(id => {
    const type = btf.typeOf(id, "func")
    return type?.linkage === "extern" ? [type.type] : []
  })
}

/** The kernel takes parameters without names in prototypes, but not in those of functions. */
function withNames(type: Extract<BtfType, { kind: "func_proto" }>): BtfType {
  const params = type.params.map(each =>
    each.type === VOID || each.name ? each : { ...each, name: STAND_IN },
  )
  return { ...type, params }
}
