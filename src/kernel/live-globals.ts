import { type BtfValue, readValue, writeValue } from "../btf/index.ts"
import type { GlobalSpec, ObjectSpec } from "../object/index.ts"
import { unknownGlobal } from "./unknown-global.ts"

/** Where one map keeps its variables. */
export interface GlobalMemory {
  /** All of it as it is now: a window or a copy. Throws MapError. */
  read(): Uint8Array
  /** Throws MapError: EPERM where the map is frozen. */
  write(offset: number, bytes: Uint8Array): void
}

/** Global variables by name: reading one gives its value now, assigning one changes what programs see from now on. */
export type Globals = Record<string, unknown>

/**
 * The variables of a loaded object. Static ones of several files may share a name, then the last is meant. Assigning a name
 * that is not there throws MapError ENOENT; constants throw EPERM.
 */
export function liveGlobals(object: ObjectSpec, memoryOf: (map: string) => GlobalMemory): Globals {
  const { btf } = object
  const globals: Globals = {}
  for (const variable of btf ? object.globals : [])
    Object.defineProperty(globals, variable.name, {
      enumerable: true,
      configurable: true,
      get: () => readValue(btf!, variable.type, memoryOf(variable.map).read(), variable.offset),
      set: (value: BtfValue) => memoryOf(variable.map).write(variable.offset, encode(variable, value)),
    })
  const encode = (variable: GlobalSpec, value: BtfValue): Uint8Array => {
    const bytes = new Uint8Array(variable.size)
    writeValue(btf!, variable.type, value, bytes)
    return bytes
  }
  return new Proxy(globals, {
    set(target, name, value) {
      if (!Object.hasOwn(target, name)) throw unknownGlobal(object, String(name), Object.keys(target))
      return Reflect.set(target, name, value)
    },
  })
}
