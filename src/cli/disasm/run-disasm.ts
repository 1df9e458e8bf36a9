import { didYouMean, SkepError } from "../../base/index.ts"
import { compileInstructions, dumpModule, type Tier } from "../../engine/index.ts"
import { type ObjectSpec, type ProgramSpec, readObject } from "../../object/index.ts"
import type { Io } from "../io.ts"
import { listProgram } from "./listing.ts"
import { toText } from "./listing-text.ts"

export interface DisasmOptions {
  /** Path of the object file. */
  readonly object: string
  /** Only the program of this name. */
  readonly program?: string
  readonly source: boolean
  readonly bytes: boolean
  readonly format: "text" | "json" | "wasm"
  /** Of WebAssembly: the compiler; the quick one unless told. */
  readonly tier?: Tier
}

/** Writes the listing of an object's programs. Throws SkepError for a bad file or an unknown program. */
export async function runDisasm(options: DisasmOptions, io: Io): Promise<void> {
  const object = readObject(await io.readFile(options.object), { name: options.object })
  const programs = selectPrograms(object, options)
  if (options.format === "wasm") {
    const { tier = "quick" } = options
    for (const { name, instructions } of programs)
      io.out(`; program ${name}\n${dumpModule(compileInstructions(instructions, { tier }))}`)
    return
  }
  const listings = programs.map(program => listProgram(object, program))
  if (options.format === "json") {
    io.out(
      `${JSON.stringify({ object: object.name, byteOrder: object.byteOrder, programs: listings }, null, 2)}\n`,
    )
    return
  }
  if (listings.length === 0) io.err(`${options.object}: no programs\n`)
  io.out(listings.map(listing => toText(listing, options, io.style)).join("\n"))
}

function selectPrograms(object: ObjectSpec, options: DisasmOptions): readonly ProgramSpec[] {
  const { program: name, object: path } = options
  if (name === undefined) return object.programs
  const programs = object.programs.filter(program => program.name === name)
  if (programs.length > 0) return programs
  const names = object.programs.map(program => program.name)
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`
  const hint = didYouMean(name, names)
  throw new SkepError(`${path}: no program '${name}': ${known}`, {
    errno: "ENOENT",
    ...(hint === undefined ? {} : { hint }),
  })
}
