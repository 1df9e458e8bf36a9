import { type SpecialField, VOID } from "../../btf/index.ts"
import { attachType, type ProgramTypeName } from "../../catalog/index.ts"
import type { Instruction } from "../../isa/index.ts"
import {
  kernelName,
  type MapSpec,
  type ObjectSpec,
  type ProgramSpec,
  poisonedKfunc,
} from "../../object/index.ts"
import type { MapFacts, ProgramReference, VerifierKernel, VerifierProgram } from "../program.ts"
import { PROGRAM_FLAG } from "../program.ts"
import { MAP_FLAG, MAP_TYPE } from "../rules/map-types.ts"
import { attachTarget, operationTarget } from "./attach-target.ts"
import { kernelFunction } from "./extern-functions.ts"
import { mapFields } from "./map-fields.ts"

/** What a loader may decide besides what the object says. */
export interface ProgramChoices {
  readonly programType?: ProgramTypeName
  readonly flags?: number
  /** The program whose function one of type ext replaces, or one of type tracing stands on: by default the one that its section names. */
  readonly extends?: { readonly program: VerifierProgram; readonly function?: string }
}

/**
 * The facts of an object's maps by name, each map one object. `contents` are what the loader puts into maps in place
 * of what the object has: into ".kconfig" the kernel's configuration.
 */
export function mapFacts(
  object: ObjectSpec,
  kernel: VerifierKernel,
  contents?: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, MapFacts> {
  return new Map(
    object.maps.map(map => [map.name, factsOf(map, object, kernel, contents?.get(map.name) ?? map.data)]),
  )
}

function factsOf(
  map: MapSpec,
  object: ObjectSpec,
  kernel: VerifierKernel,
  data: Uint8Array | undefined,
): MapFacts {
  const frozen = map.kind === "rodata" || map.kind === "kconfig"
  const { btf } = object
  return {
    name: kernelName(map.name),
    type: map.type,
    keySize: map.keySize,
    valueSize: map.valueSize,
    maxEntries: map.maxEntries,
    flags: map.flags | (frozen ? MAP_FLAG.RDONLY_PROG : 0),
    // Loaders give the template of inner maps no name.
    inner: map.inner && { ...factsOf(map.inner, object, kernel, undefined), name: "" },
    constants: frozen && map.type === MAP_TYPE.ARRAY ? (data ?? new Uint8Array(map.valueSize)) : undefined,
    fields: fieldsOf(map, object, kernel),
    btf: map.valueType === undefined ? undefined : btf,
    valueType: map.valueType,
  }
}

/** Where a section's variables lie, loaders tell: the object's own BTF has no offsets yet. */
function fieldsOf(
  { name: map, valueType }: MapSpec,
  { btf, globals }: ObjectSpec,
  kernel: VerifierKernel,
): readonly SpecialField[] {
  if (!btf || valueType === undefined) return []
  const variables = (btf.typeOf(valueType, "datasec")?.variables ?? []).flatMap(({ type }) => {
    const name = btf.typeOf(type, "var")?.name
    const place = globals.find(each => each.map === map && each.name === name)
    return place ? [{ type, offset: place.offset }] : []
  })
  return mapFields(btf, valueType, variables, kernel)
}

/**
 * A program of an object as a loader would give it to the kernel: references resolved against the object's maps
 * and the kernel's BTF. CO-RE relocations must have been applied (`applyCore`). Undefined when the section name
 * tells no program type.
 */
export function programFromObject(
  object: ObjectSpec,
  program: ProgramSpec,
  maps: ReadonlyMap<string, MapFacts>,
  kernel: VerifierKernel,
  choices: ProgramChoices = {},
): VerifierProgram | undefined {
  const { definition } = program
  const type = choices.programType ?? (definition?.programType as ProgramTypeName | undefined)
  if (type === undefined) return undefined
  const attach = definition?.attachType === undefined ? undefined : attachType(definition.attachType)
  const sleepable = definition?.sleepable === true
  const references = resolve(object, program, maps, kernel)
  return {
    name: program.name,
    type,
    attachType: attach?.name as VerifierProgram["attachType"],
    sleepable,
    gpl: isGplCompatible(object.license),
    flags: (choices.flags ?? 0) | (sleepable ? PROGRAM_FLAG.SLEEPABLE : 0),
    instructions: withoutAbsentKfuncs(object, program, references),
    functions: program.functions.map(({ name, start, linkage }) => ({
      name,
      start,
      global: linkage !== "static",
    })),
    references,
    btf: object.btf,
    lines: program.lines,
    funcInfo: program.funcInfo,
    extension: choices.extends && {
      replaces: type === "ext",
      program: choices.extends.program,
      function: choices.extends.function ?? program.target,
    },
    target:
      type === "struct_ops"
        ? operationOf(object, program, sleepable, kernel)
        : attachTarget(type, attach?.name, program.target, sleepable, kernel),
  }
}

/** As libbpf: a weak kfunc that the kernel does not have is called by a number that no helper has. */
function withoutAbsentKfuncs(
  { externs }: ObjectSpec,
  program: ProgramSpec,
  references: ReadonlyMap<number, ProgramReference>,
): readonly Instruction[] {
  const absent = program.references.filter(({ kind, at }) => kind === "kfunc" && !references.has(at))
  if (absent.length === 0) return program.instructions
  const instructions = [...program.instructions]
  for (const reference of absent) {
    if (reference.kind !== "kfunc") continue
    const index = externs.findIndex(each => each.name === reference.extern)
    instructions[reference.at] = { ...instructions[reference.at]!, src: 0, imm: poisonedKfunc(index) }
  }
  return instructions
}

/** The structure of operations that an object's map builds with this program. */
function operationOf(object: ObjectSpec, program: ProgramSpec, sleepable: boolean, kernel: VerifierKernel) {
  for (const { structOps } of object.maps) {
    const member = structOps?.programs.find(each => each.program === program.name)
    if (structOps && member) return operationTarget(structOps.typeName, member.member, sleepable, kernel)
  }
  return undefined
}

/** `license_is_gpl_compatible` of the kernel's include/linux/license.h. */
const GPL = new Set([
  "GPL",
  "GPL v2",
  "GPL and additional rights",
  "Dual BSD/GPL",
  "Dual MIT/GPL",
  "Dual MPL/GPL",
])

export function isGplCompatible(license: string): boolean {
  return GPL.has(license)
}

function resolve(
  object: ObjectSpec,
  program: ProgramSpec,
  maps: ReadonlyMap<string, MapFacts>,
  kernel: VerifierKernel,
): ReadonlyMap<number, ProgramReference> {
  const found = new Map<number, ProgramReference>()
  for (const reference of program.references) {
    const { at } = reference
    switch (reference.kind) {
      case "map":
        found.set(at, { kind: "map", map: maps.get(reference.map)! })
        break
      case "mapValue":
        found.set(at, { kind: "mapValue", map: maps.get(reference.map)!, offset: reference.offset })
        break
      case "kfunc": {
        const { name, btfId } = kernelFunction(object, reference.extern, kernel)
        if (btfId !== undefined) found.set(at, { kind: "kfunc", name, btfId })
        break
      }
      case "extern": {
        const resolved = resolveExtern(object, reference.extern, maps, kernel)
        if (resolved) found.set(at, resolved)
        break
      }
      case "function":
        break
      default:
        reference satisfies never
    }
  }
  return found
}

function resolveExtern(
  object: ObjectSpec,
  name: string,
  maps: ReadonlyMap<string, MapFacts>,
  kernel: VerifierKernel,
): ProgramReference | undefined {
  const extern = object.externs.find(each => each.name === name)
  if (extern?.kind === "kconfig") {
    const map = object.maps.find(each => each.kind === "kconfig")
    const facts = map && maps.get(map.name)
    return facts && { kind: "mapValue", map: facts, offset: extern.offset }
  }
  if (extern?.kind === "kfunc") {
    const { btfId } = kernelFunction(object, name, kernel)
    return btfId === undefined ? undefined : { kind: "variable", name, btfId }
  }
  if (extern?.kind !== "ksymVariable") return undefined
  const typeless = object.btf === undefined || object.btf.resolve(extern.type) === VOID
  if (typeless) return { kind: "variable", name, btfId: undefined }
  // A typed one that the kernel does not have is at address 0, where it may be missing.
  const btfId = kernel.btf.find(name, "var")
  return btfId === undefined ? undefined : { kind: "variable", name, btfId }
}
