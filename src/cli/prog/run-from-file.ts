import { UsageError } from "../../base/index.ts"
import type { Kernel, RunOptions, RunResult } from "../../kernel/index.ts"
import { type ObjectSpec, readObject } from "../../object/index.ts"
import { loadProfile } from "../../profile/node.ts"
import type { VerbContext } from "../objects/noun.ts"

/** A program of an object file. */
export interface ObjectProgram {
  readonly path: string
  /** May be left out where the object has one only. */
  readonly program: string | undefined
}

const DEFAULT_RELEASE = "6.12"

/** Loads one program of an object, into an embedded kernel unless the machine's own is asked for, and runs it. */
export async function runFromFile(
  { path, program }: ObjectProgram,
  options: RunOptions,
  { io, kernel, flags }: VerbContext,
): Promise<RunResult> {
  const spec = readObject(await io.readFile(path), { name: path })
  const name = program ?? onlyProgram(spec)
  if (flags.linux) return await runOn((await kernel()).kernel, spec, name, options)
  const { bootKernel } = await import("../../embedded/index.ts")
  const release = typeof flags.release === "string" ? flags.release : DEFAULT_RELEASE
  await using embedded = await bootKernel({ profile: await loadProfile(release) })
  return await runOn(embedded, spec, name, options)
}

async function runOn(
  kernel: Kernel,
  spec: ObjectSpec,
  name: string,
  options: RunOptions,
): Promise<RunResult> {
  await using object = await kernel.load(spec, { only: [name] })
  const program = object.programs[name]
  if (!program) throw new Error(`BUG: program ${name} was loaded and is not there`)
  return await program.run(options)
}

function onlyProgram({ programs }: ObjectSpec): string {
  const names = programs.map(({ name }) => name)
  const [first, ...others] = names
  if (first !== undefined && others.length === 0) return first
  throw new UsageError(`the object has ${names.length} programs: say which`, {
    hint: `file OBJECT name ${names.join(" | ")}`,
  })
}
