import { didYouMean, LoadError } from "../base/index.ts"
import { type BtfValue, findMember, writeValue } from "../btf/index.ts"
import type { ExternSpec, MapSpec, ObjectSpec, ProgramSpec } from "../object/index.ts"
import { type KernelFacts, kconfigBytes } from "./kconfig.ts"
import type { LoadOptions } from "./kernel.ts"
import { unknownGlobal } from "./unknown-global.ts"

/** The programs that a load is about: those named, or those that are loaded unless told otherwise. Throws LoadError (ENOENT). */
export function choosePrograms(
  object: ObjectSpec,
  { only, targets = {} }: Pick<LoadOptions, "only" | "targets">,
): readonly ProgramSpec[] {
  requirePrograms(object, [...(only ?? []), ...Object.keys(targets)])
  return object.programs.filter(program => (only ? only.includes(program.name) : program.autoload))
}

function requirePrograms(object: ObjectSpec, wanted: readonly string[]): void {
  const names = object.programs.map(program => program.name)
  for (const name of wanted) {
    if (names.includes(name)) continue
    throw new LoadError(`object ${object.name} has no program '${name}'`, {
      errno: "ENOENT",
      hint: didYouMean(name, names) ?? `its programs: ${names.join(", ")}`,
    })
  }
}

export function kconfigExterns(object: ObjectSpec): Extract<ExternSpec, { kind: "kconfig" }>[] {
  return object.externs.filter(extern => extern.kind === "kconfig")
}

/**
 * First contents of data sections and struct_ops variables: the file's bytes, changed globals over them; `.kconfig` from
 * the kernel. Throws MapError ENOENT for names that the object does not have.
 */
export function initialData(
  object: ObjectSpec,
  kernel: KernelFacts,
  globals: Readonly<Record<string, unknown>>,
): (map: MapSpec) => Uint8Array | undefined {
  for (const name of Object.keys(globals)) {
    const known = [
      ...object.globals.map(variable => variable.name),
      ...object.maps.filter(map => map.kind === "structOps").map(map => map.name),
    ]
    if (!known.includes(name)) throw unknownGlobal(object, name, known)
  }
  return map => {
    if (map.kind === "kconfig") return kconfigBytes(kconfigExterns(object), kernel)
    if (map.kind === "structOps") return structOpsData(object, map, globals[map.name])
    // Of a map that is no data section only an arena has variables.
    if (map.kind === "map" && !map.data) return undefined
    const bytes = map.data?.slice() ?? new Uint8Array(map.valueSize)
    for (const variable of object.globals) {
      if (variable.map !== map.name || !(variable.name in globals) || !object.btf) continue
      const { type, offset, name } = variable
      writeValue(object.btf, type, globals[name] as BtfValue, bytes, offset)
    }
    return bytes
  }
}

/** A struct of operations with some of its members changed, as the id of the device that it is for. */
function structOpsData(
  { btf }: ObjectSpec,
  { name, data, structOps, valueSize }: MapSpec,
  changed: unknown,
): Uint8Array | undefined {
  if (changed === undefined || !btf || !structOps) return data
  const bytes = data?.slice() ?? new Uint8Array(valueSize)
  for (const [member, value] of Object.entries(changed as Record<string, BtfValue>)) {
    const place = findMember(btf, structOps.type, member)
    if (place?.bitSize !== 0)
      throw new LoadError(`struct ${structOps.typeName} of '${name}' has no member '${member}' (ENOENT)`, {
        errno: "ENOENT",
      })
    writeValue(btf, place.type, value, bytes, place.bitOffset / 8)
  }
  return bytes
}
