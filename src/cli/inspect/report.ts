import type { Btf, TypeId } from "../../btf/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { ExternSpec, MapSpec, ObjectSpec, ProgramSpec } from "../../object/index.ts"
import { type CoreUse, summarizeCore } from "./core-summary.ts"
import { mapFlagNames } from "./map-flags.ts"

/** What `skep inspect --json` prints. Types are spelled in C; null stands for what the object does not say. */
export interface InspectReport {
  readonly file: string
  /** Bytes of the file. */
  readonly size: number
  readonly name: string
  readonly architecture: "bpf"
  readonly byteOrder: "little" | "big"
  readonly license: string
  /** KERNEL_VERSION-packed number of section `version`, 0 without one. */
  readonly kernelVersion: number
  readonly btf: { readonly types: number } | null
  readonly programs: readonly InspectProgram[]
  readonly maps: readonly InspectMap[]
  readonly globals: readonly InspectGlobal[]
  readonly externs: readonly InspectExtern[]
  /** CO-RE relocations by type and kind. */
  readonly core: readonly CoreUse[]
  readonly warnings: readonly string[]
}

export interface InspectProgram {
  readonly name: string
  readonly section: string
  /** Program type as bpftool prints it, null for a section that libbpf does not know. */
  readonly type: string | null
  readonly attachType: string | null
  readonly target: string | null
  readonly sleepable: boolean
  readonly autoload: boolean
  /** Slots of 8 bytes, subprograms included. */
  readonly instructions: number
  /** In the order in which they follow the entry function. */
  readonly subprograms: readonly string[]
  readonly maps: readonly string[]
  readonly externs: readonly string[]
  readonly coreRelocations: number
  readonly lines: number
  /** Why it cannot be loaded. */
  readonly problem: string | null
}

export interface InspectMap {
  readonly name: string
  readonly section: string
  /** Map type as bpftool prints it, or its number. */
  readonly type: string | number
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly flagNames: readonly string[]
  readonly keyType: string | null
  readonly valueType: string | null
  readonly numaNode: number | null
  /** Decimal, as it has 64 bits. */
  readonly extra: string
  readonly pinning: "none" | "byName"
  readonly inner: InspectMap | null
  readonly initialSlots: readonly { readonly index: number; readonly target: string }[]
  readonly structOps: {
    readonly type: string
    readonly link: boolean
    readonly autocreate: boolean
    readonly programs: readonly { readonly member: string; readonly program: string }[]
  } | null
}

export interface InspectGlobal {
  readonly name: string
  readonly map: string
  readonly offset: number
  readonly size: number
  readonly type: string
  readonly linkage: string
}

export interface InspectExtern {
  readonly kind: ExternSpec["kind"]
  readonly name: string
  readonly weak: boolean
  /** "void" for a typeless `.ksyms` variable. */
  readonly type: string
}

export function inspectReport(object: ObjectSpec, file: string, size: number): InspectReport {
  const { btf } = object
  return {
    file,
    size,
    name: object.name,
    architecture: "bpf",
    byteOrder: object.byteOrder,
    license: object.license,
    kernelVersion: object.kernelVersion,
    btf: btf ? { types: btf.count - 1 } : null,
    programs: object.programs.map(inspectProgram),
    maps: object.maps.map(map => inspectMap(map, btf)),
    globals: object.globals.map(global => ({ ...global, type: spell(btf, global.type) ?? "void" })),
    externs: object.externs.map(({ kind, name, weak, type }) => ({
      kind,
      name,
      weak,
      type: spell(btf, type) ?? "void",
    })),
    core: btf ? summarizeCore(object.programs, btf) : [],
    warnings: object.warnings,
  }
}

function inspectProgram(program: ProgramSpec): InspectProgram {
  const { definition, references } = program
  const named = (kinds: readonly string[]) => references.filter(reference => kinds.includes(reference.kind))
  const maps = named(["map", "mapValue"]).map(reference => ("map" in reference ? reference.map : ""))
  const externs = named(["extern", "kfunc"]).map(reference => ("extern" in reference ? reference.extern : ""))
  return {
    name: program.name,
    section: program.section,
    type: definition?.programType ?? null,
    attachType: definition?.attachType ?? null,
    target: program.target || null,
    sleepable: definition?.sleepable ?? false,
    autoload: program.autoload,
    instructions: program.instructions.length,
    subprograms: program.functions.slice(1).map(each => each.name),
    maps: [...new Set(maps)],
    externs: [...new Set(externs)],
    coreRelocations: program.coreRelocations.length,
    lines: program.lines.length,
    problem: program.problem ?? null,
  }
}

function inspectMap(map: MapSpec, btf: Btf | undefined): InspectMap {
  const { structOps } = map
  return {
    name: map.name,
    section: map.section,
    type: mapType(map.type)?.name ?? map.type,
    keySize: map.keySize,
    valueSize: map.valueSize,
    maxEntries: map.maxEntries,
    flags: map.flags,
    flagNames: mapFlagNames(map.flags),
    keyType: spell(btf, map.keyType) ?? null,
    // The type of a data section is the section itself.
    valueType: map.kind === "map" || structOps ? (spell(btf, map.valueType) ?? null) : null,
    numaNode: map.numaNode ?? null,
    extra: String(map.extra),
    pinning: map.pinning,
    inner: map.inner ? inspectMap(map.inner, btf) : null,
    initialSlots: map.initialSlots,
    structOps: structOps
      ? {
          type: structOps.typeName,
          link: structOps.link,
          autocreate: structOps.autocreate,
          programs: structOps.programs.map(({ member, program }) => ({ member, program })),
        }
      : null,
  }
}

function spell(btf: Btf | undefined, id: TypeId | undefined): string | undefined {
  return btf && id !== undefined ? btf.nameOf(id) : undefined
}
