import { UsageError } from "../../base/index.ts"
import type { RunOptions, RunResult } from "../../kernel/index.ts"
import { type ObjectSpec, readObject } from "../../object/index.ts"
import type { VerbContext } from "../objects/noun.ts"

/** A program of an object file. */
export interface ObjectProgram {
  readonly path: string
  /** May be left out where the object has one only. */
  readonly program: string | undefined
}

/** Loads one program of an object and runs it. */
export async function runFromFile(
  { path, program }: ObjectProgram,
  options: RunOptions,
  { io, kernelForFile }: VerbContext,
): Promise<RunResult> {
  const spec = readObject(await io.readFile(path), { name: path })
  const name = program ?? onlyProgram(spec)
  return await (await kernelForFile()).runOnce(spec, name, options)
}

function onlyProgram({ programs }: ObjectSpec): string {
  const names = programs.map(({ name }) => name)
  const [first, ...others] = names
  if (first !== undefined && others.length === 0) return first
  throw new UsageError(`the object has ${names.length} programs: say which`, {
    hint: `file OBJECT name ${names.join(" | ")}`,
  })
}
