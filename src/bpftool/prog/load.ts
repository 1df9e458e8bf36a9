import { didYouMean, SkepError, UsageError } from "../../base/index.ts"
import { mapType, matchSection, SECTIONS } from "../../catalog/index.ts"
import {
  attachPointOf,
  type KernelFiles,
  type PinnableObject,
  type PinnableProgram,
} from "../../kernel/index.ts"
import { kernelName, type MapSpec, type ObjectSpec, readObject } from "../../object/index.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { selectMap } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"

const WORDS = "OBJ PATH [type TYPE] [map {idx IDX | name NAME} MAP]... [pinmaps MAP_DIR] [autoattach]"

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
  readonly replaced: readonly Replacement[]
}

/** A map that is there already, for one of the object's. */
interface Replacement {
  /** Its name, or its place among those that are not perf event arrays. */
  readonly map: string | number
  readonly id: number
}

async function loadObject(words: Words, context: VerbContext, all: boolean): Promise<void> {
  const wanted = await readWords(words, context)
  const spec = withType(
    readObject(await context.io.readFile(wanted.file), { name: wanted.file }),
    wanted.type,
  )
  const kernel = await context.kernel()
  const { files } = kernel
  if (!all && files.exists(wanted.path))
    throw new SkepError(`can't pin BPF object: path '${wanted.path}' already exists (EEXIST)`, {
      errno: "EEXIST",
    })
  const loaded = await kernel.load(spec, { reuseMaps: replacedMaps(spec, wanted.replaced) })
  await pinPrograms(loaded, wanted, all, files, context)
  if (wanted.pinmaps !== undefined) await pinMaps(loaded, wanted.pinmaps, files)
  context.json?.null()
}

async function readWords(words: Words, context: VerbContext): Promise<LoadWords> {
  const file = words.next("an object file")
  const path = words.next("the path to pin under")
  let [type, pinmaps, autoattach]: [string | undefined, string | undefined, boolean] = [
    undefined,
    undefined,
    false,
  ]
  const replaced: Replacement[] = []
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
        replaced.push(await readReplacement(words, context))
        break
      default:
        throw new UsageError(
          `expected no more arguments, 'type', 'map', 'pinmaps' or 'autoattach', got: '${words.peek()}'`,
        )
    }
  }
  return { file, path, type, pinmaps, autoattach, replaced }
}

async function readReplacement(words: Words, { objects }: VerbContext): Promise<Replacement> {
  const by = words.take("idx", "name")
  if (by === undefined) throw new UsageError(`expected 'idx' or 'name', got: '${words.peek() ?? ""}'`)
  const map = by === "idx" ? words.number("idx") : words.next("the name of a map of the object")
  return { map, id: selectMap(words, await objects()).id }
}

/** Ids by the names of the object's maps. Throws SkepError where the object has no such map. */
function replacedMaps(
  { maps, name }: ObjectSpec,
  replaced: readonly Replacement[],
): Readonly<Record<string, number>> {
  const counted = maps.filter(map => mapType(map.type)?.name !== "perf_event_array")
  const ids = new Map<string, number>()
  for (const { map, id } of replaced) {
    const found = typeof map === "number" ? counted[map] : maps.find(each => each.name === map)
    if (!found)
      throw new SkepError(
        typeof map === "number" ? `map idx '${map}' not used` : `unable to find map '${map}'`,
        {
          hint: `${name} has ${maps.map((each, index) => `${index}: ${each.name}`).join(", ") || "no maps"}`,
        },
      )
    if (ids.has(found.name))
      throw new UsageError(`replacement for map '${found.name}' specified more than once`)
    ids.set(found.name, id)
  }
  return Object.fromEntries(ids)
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
  { programs, spec }: PinnableObject,
  { path, autoattach, file }: LoadWords,
  all: boolean,
  files: KernelFiles,
  { io }: VerbContext,
): Promise<void> {
  const loaded = Object.values(programs)
  const [first] = loaded
  if (!first)
    throw new SkepError(`object file '${file}' doesn't contain any bpf program`, {
      hint: `it holds ${spec.maps.length} maps and no program that loads by itself`,
    })
  if (all) files.makeFolder(path)
  const place = (program: PinnableProgram): string => (all ? `${path}/${program.name}` : path)
  for (const program of all ? loaded : [first]) {
    if (!autoattach) await program.pin(place(program))
    else if (attachPointOf(program.spec)) await (await program.attach()).pin(place(program))
    else {
      io.err(`Program ${program.name} does not support autoattach, falling back to pinning\n`)
      await program.pin(place(program))
    }
  }
}

async function pinMaps({ maps }: PinnableObject, folder: string, files: KernelFiles): Promise<void> {
  files.makeFolder(folder)
  for (const map of Object.values(maps)) await map.pin(`${folder}/${pinName(map.spec)}`)
}

/** The BPF file system refuses dots. */
function pinName({ kind, name }: MapSpec): string {
  return (kind === "map" ? name : kernelName(name)).replaceAll(".", "_")
}
