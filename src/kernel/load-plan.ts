import { didYouMean, LoadError } from "../base/index.ts"
import { type BtfValue, writeValue } from "../btf/index.ts"
import type { ExternSpec, MapSpec, ObjectSpec, ProgramSpec } from "../object/index.ts"
import { type KernelFacts, kconfigBytes } from "./kconfig.ts"

/** The programs that a load is about: those named, or those that are loaded unless told otherwise. */
export function choosePrograms(
  object: ObjectSpec,
  only: readonly string[] | undefined,
): readonly ProgramSpec[] {
  if (!only) return object.programs.filter(program => program.autoload)
  const names = object.programs.map(program => program.name)
  for (const name of only) {
    if (names.includes(name)) continue
    throw new LoadError(`object ${object.name} has no program '${name}'`, {
      errno: "ENOENT",
      hint: didYouMean(name, names) ?? `its programs: ${names.join(", ")}`,
    })
  }
  return object.programs.filter(program => only.includes(program.name))
}

export function kconfigExterns(object: ObjectSpec): Extract<ExternSpec, { kind: "kconfig" }>[] {
  return object.externs.filter(extern => extern.kind === "kconfig")
}

/** First contents of data sections: the file's bytes, changed globals over them; `.kconfig` from the kernel. */
export function initialData(
  object: ObjectSpec,
  kernel: KernelFacts,
  globals: Readonly<Record<string, unknown>>,
): (map: MapSpec) => Uint8Array | undefined {
  for (const name of Object.keys(globals)) {
    const known = object.globals.map(variable => variable.name)
    if (!known.includes(name))
      throw new LoadError(`object ${object.name} has no global variable '${name}'`, {
        errno: "ENOENT",
        hint: didYouMean(name, known) ?? `its globals: ${known.join(", ")}`,
      })
  }
  return map => {
    if (map.kind === "kconfig") return kconfigBytes(kconfigExterns(object), kernel)
    if (map.kind === "map" || map.kind === "structOps") return map.data
    const bytes = map.data?.slice() ?? new Uint8Array(map.valueSize)
    for (const variable of object.globals) {
      if (variable.map !== map.name || !(variable.name in globals) || !object.btf) continue
      const { type, offset, name } = variable
      writeValue(object.btf, type, globals[name] as BtfValue, bytes, offset)
    }
    return bytes
  }
}
