import { existsSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { didYouMean, NotModelledError, SkepError, UsageError } from "../../base/index.ts"
import { matchSection, SECTIONS } from "../../catalog/index.ts"
import { attachPointOf } from "../../kernel/index.ts"
import type { LinuxObject, LinuxProgram } from "../../linux/index.ts"
import { kernelName, type MapSpec, type ObjectSpec, readObject } from "../../object/index.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import type { Words } from "../objects/words.ts"

const WORDS = "OBJ PATH [type TYPE] [pinmaps MAP_DIR] [autoattach]"

export const load: Verb = {
  names: ["load"],
  words: WORDS,
  summary: "load an object, and pin its first program under a path",
  run: (words, context) => loadObject(words, context, false),
}

export const loadall: Verb = {
  names: ["loadall"],
  words: WORDS,
  summary: "load an object, and pin its programs below a path by their names",
  run: (words, context) => loadObject(words, context, true),
}

interface LoadWords {
  readonly file: string
  readonly path: string
  readonly type: string | undefined
  readonly pinmaps: string | undefined
  readonly autoattach: boolean
}

async function loadObject(words: Words, context: VerbContext, all: boolean): Promise<void> {
  const wanted = readWords(words)
  const spec = withType(
    readObject(await context.io.readFile(wanted.file), { name: wanted.file }),
    wanted.type,
  )
  if (!all && existsSync(wanted.path))
    throw new SkepError(`can't pin BPF object: path '${wanted.path}' already exists (EEXIST)`, {
      errno: "EEXIST",
    })
  const { kernel } = await context.kernel()
  const loaded = await kernel.load(spec)
  await pinPrograms(loaded, wanted, all, context)
  if (wanted.pinmaps !== undefined) await pinMaps(loaded, wanted.pinmaps)
  context.json?.null()
}

function readWords(words: Words): LoadWords {
  const file = words.next("an object file")
  const path = words.next("the path to pin under")
  let [type, pinmaps, autoattach]: [string | undefined, string | undefined, boolean] = [
    undefined,
    undefined,
    false,
  ]
  while (!words.isEmpty) {
    switch (words.take("type", "map", "pinmaps", "autoattach")) {
      case "type":
        if (type !== undefined) throw new UsageError("program type already specified")
        type = words.next("a program type")
        break
      case "pinmaps":
        pinmaps = words.next("a folder for maps")
        break
      case "autoattach":
        autoattach = true
        break
      case "map":
        throw new NotModelledError("loading with maps that are there already (map …) is not supported yet")
      default:
        throw new UsageError(
          `expected no more arguments, 'type', 'pinmaps' or 'autoattach', got: '${words.peek()}'`,
        )
    }
  }
  return { file, path, type, pinmaps, autoattach }
}

/** Every program as if its section were this one: what libbpf's names for types are. */
function withType(spec: ObjectSpec, type: string | undefined): ObjectSpec {
  if (type === undefined) return spec
  const match = matchSection(type) ?? matchSection(`${type}/`)
  if (!match) {
    const hint = didYouMean(
      type,
      SECTIONS.map(({ section }) => section),
    )
    throw new UsageError(`failed to guess program type from '${type}'`, hint === undefined ? {} : { hint })
  }
  const { definition } = match
  return { ...spec, programs: spec.programs.map(program => ({ ...program, definition })) }
}

async function pinPrograms(
  { programs, spec }: LinuxObject,
  { path, autoattach, file }: LoadWords,
  all: boolean,
  { io }: VerbContext,
): Promise<void> {
  const loaded = Object.values(programs)
  const [first] = loaded
  if (!first)
    throw new SkepError(`object file '${file}' doesn't contain any bpf program`, {
      hint: `it holds ${spec.maps.length} maps and no program that loads by itself`,
    })
  if (all) makeFolder(path)
  const place = (program: LinuxProgram): string => (all ? `${path}/${program.name}` : path)
  for (const program of all ? loaded : [first]) {
    if (!autoattach) await program.pin(place(program))
    else if (attachPointOf(program.spec)) await (await program.attach()).pin(place(program))
    else {
      io.err(`Program ${program.name} does not support autoattach, falling back to pinning\n`)
      await program.pin(place(program))
    }
  }
}

async function pinMaps({ maps }: LinuxObject, folder: string): Promise<void> {
  makeFolder(folder)
  for (const map of Object.values(maps)) await map.pin(`${folder}/${pinName(map.spec)}`)
}

/** The BPF file system refuses dots. */
function pinName({ kind, name }: MapSpec): string {
  return (kind === "map" ? name : kernelName(name)).replaceAll(".", "_")
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700, recursive: existsSync(dirname(path)) })
  } catch (cause) {
    throw new SkepError(`failed to create dir '${path}': ${(cause as Error).message}`, { cause })
  }
}
