import type { TypeId, ValueLayout } from "../../btf/index.ts"
import type { ExecutableProgram } from "../../engine/index.ts"

/** What is known of the types of the object that a program comes from. */
export interface ProgramTypes {
  layoutOf(type: TypeId): ValueLayout
  /** The first slot of the function that bpf_throw ends in, where the program names one. */
  readonly exceptionCallback: number | undefined
}

const known = new WeakMap<ExecutableProgram, ProgramTypes>()

export function rememberTypes(program: ExecutableProgram, types: ProgramTypes): void {
  known.set(program, types)
}

/** Undefined for a program that was not loaded from an object with types. */
export function typesOf(program: ExecutableProgram): ProgramTypes | undefined {
  return known.get(program)
}
