import { VOID } from "../../btf/index.ts"
import { attachType, type ProgramTypeName } from "../../catalog/index.ts"
import { kernelName, type MapSpec, type ObjectSpec, type ProgramSpec } from "../../object/index.ts"
import type { MapFacts, MapField, ProgramReference, VerifierKernel, VerifierProgram } from "../program.ts"
import { PROGRAM_FLAG } from "../program.ts"
import { MAP_FLAG, MAP_TYPE } from "../rules/map-types.ts"
import { attachTarget, operationTarget } from "./attach-target.ts"
import { findFields } from "./map-fields.ts"

/** What a loader may decide besides what the object says. */
export interface ProgramChoices {
  readonly programType?: ProgramTypeName
  readonly flags?: number
}

/** The facts of an object's maps by name, each map one object. */
export function mapFacts(object: ObjectSpec, kernel: VerifierKernel): ReadonlyMap<string, MapFacts> {
  return new Map(object.maps.map(map => [map.name, factsOf(map, object, kernel)]))
}

function factsOf(map: MapSpec, object: ObjectSpec, kernel: VerifierKernel): MapFacts {
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
    inner: map.inner && { ...factsOf(map.inner, object, kernel), name: "" },
    constants:
      frozen && map.type === MAP_TYPE.ARRAY ? (map.data ?? new Uint8Array(map.valueSize)) : undefined,
    fields: fieldsOf(map, object, kernel),
    btf: map.valueType === undefined ? undefined : btf,
    valueType: map.valueType,
  }
}

/** Where a section's variables lie, loaders tell: the object's own BTF has no offsets yet. */
function fieldsOf(map: MapSpec, { btf, globals }: ObjectSpec, kernel: VerifierKernel): readonly MapField[] {
  if (!btf || map.valueType === undefined) return []
  if (btf.kindOf(map.valueType) !== "datasec")
    return findFields(btf, [{ type: map.valueType, offset: 0 }], kernel)
  const own = globals.filter(each => each.map === map.name)
  return findFields(btf, own, kernel)
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
  return {
    name: program.name,
    type,
    attachType: attach?.name as VerifierProgram["attachType"],
    sleepable,
    gpl: isGplCompatible(object.license),
    flags: (choices.flags ?? 0) | (sleepable ? PROGRAM_FLAG.SLEEPABLE : 0),
    instructions: program.instructions,
    functions: program.functions.map(({ name, start, linkage }) => ({
      name,
      start,
      global: linkage !== "static",
    })),
    references: resolve(object, program, maps, kernel),
    btf: object.btf,
    lines: program.lines,
    funcInfo: program.funcInfo,
    target:
      type === "struct_ops"
        ? operationOf(object, program, sleepable, kernel)
        : attachTarget(type, attach?.name, program.target, sleepable, kernel),
  }
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
        const btfId = kernel.btf.find(reference.extern, "func")
        found.set(at, { kind: "kfunc", name: reference.extern, btfId: btfId ?? 0 })
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
  // Of functions programs only ask whether they are there.
  if (extern?.kind === "kfunc") return { kind: "variable", name, btfId: kernel.btf.find(name, "func") }
  if (extern?.kind !== "ksymVariable") return undefined
  const typeless = object.btf === undefined || object.btf.resolve(extern.type) === VOID
  const btfId = typeless ? undefined : kernel.btf.find(name, "var")
  return { kind: "variable", name, btfId }
}
