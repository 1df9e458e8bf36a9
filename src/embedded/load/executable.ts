import type { ExecutableProgram } from "../../engine/index.ts"
import { type Instruction, PSEUDO_CALL } from "../../isa/index.ts"
import type { ObjectSpec, ProgramSpec, Reference } from "../../object/index.ts"
import { rememberTypes } from "../fields/index.ts"
import { ArenaMap, type MapStorage } from "../maps/index.ts"
import { type GivenProgram, setImmediate, symbolAddress } from "./given-program.ts"
import type { Resolution } from "./resolution.ts"

const EXCEPTION_CALLBACK = "exception_callback:"

/** What the engine runs: a given program with the addresses of this kernel's maps and variables in it. */
export function executableOf(
  program: ProgramSpec,
  given: GivenProgram,
  resolution: Resolution,
): ExecutableProgram {
  const { problems } = given
  const instructions = [...given.instructions]
  for (const reference of given.references) resolveReference(instructions, reference, resolution)
  const callback = exceptionCallback(program, resolution.object)
  const arena = arenaOf(program, resolution)
  const executable: ExecutableProgram = {
    instructions,
    ...(callback !== undefined && { entries: [callback] }),
    ...(arena && { arena: arena.pages }),
    describe: slot => problems.get(slot) ?? describeSlot(program, slot),
  }
  const { layoutOf } = resolution
  if (layoutOf) rememberTypes(executable, { layoutOf, exceptionCallback: callback })
  return executable
}

/** The arena that a program uses. */
function arenaOf(program: ProgramSpec, resolution: Resolution): ArenaMap | undefined {
  for (const reference of program.references) {
    const map = "map" in reference ? mapOf(reference.map, resolution) : undefined
    if (map instanceof ArenaMap) return map
  }
  return undefined
}

/** The first slot of the function that an "exception_callback" tag gives the program. */
function exceptionCallback(program: ProgramSpec, { btf }: ObjectSpec): number | undefined {
  const id = btf?.find(program.name, "func")
  if (!btf || id === undefined) return undefined
  for (const tag of btf.ids()) {
    const type = btf.typeOf(tag, "decl_tag")
    if (type?.type !== id || !type.name.startsWith(EXCEPTION_CALLBACK)) continue
    const name = type.name.slice(EXCEPTION_CALLBACK.length)
    return program.functions.find(each => each.name === name)?.start
  }
  return undefined
}

/** "program.bpf.c:97: start(&event, 3);", for faults. */
function describeSlot(program: ProgramSpec, slot: number): string {
  const line = program.lines.findLast(line => line.at <= slot)
  return line ? `${line.file}:${line.line}: ${line.text.trim()}` : ""
}

function resolveReference(instructions: Instruction[], reference: Reference, resolution: Resolution): void {
  const { at } = reference
  switch (reference.kind) {
    case "map":
      setImmediate(instructions, at, BigInt(mapOf(reference.map, resolution).address))
      break
    case "mapValue":
      setImmediate(instructions, at, BigInt(mapOf(reference.map, resolution).valueAddress(reference.offset)))
      break
    case "extern":
      setImmediate(instructions, at, externAddress(reference.extern, resolution))
      break
    case "kfunc":
      instructions[at] = {
        ...instructions[at]!,
        src: PSEUDO_CALL.KFUNC,
        off: 0,
        imm: functionId(reference.extern, resolution),
      }
      break
    case "function":
      // The slot already holds the distance to the function; the engine reads it as a callback.
      break
    default:
      reference satisfies never
  }
}

function mapOf(name: string, { maps }: Resolution): MapStorage {
  const map = maps.get(name)
  if (!map) throw new Error(`BUG: the object refers to map ${name}, which was not created`)
  return map
}

function functionId(name: string, { profile }: Resolution): number {
  return profile.btf().find(name, "func") ?? 0
}

function externAddress(name: string, resolution: Resolution): bigint {
  const { object, profile } = resolution
  const kind = object.externs.find(extern => extern.name === name)?.kind
  if (kind === "kconfig") return BigInt(resolution.kconfigAddress(name) ?? 0)
  // Of functions programs only ask whether they are there.
  if (kind === "kfunc") return BigInt(functionId(name, resolution))
  return symbolAddress(name, profile) ?? 0n
}
