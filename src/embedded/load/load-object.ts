import { errnoText, LoadError } from "../../base/index.ts"
import { CoreResolver } from "../../btf/index.ts"
import type { Capability } from "../../catalog/index.ts"
import {
  choosePrograms,
  initialData,
  type KernelFacts,
  type KernelStructOps,
  type KernelType,
  kconfigExterns,
  type LoadOptions,
  noTargetProgram,
  targetFunction,
  toKernelStructOps,
  type UsdtMap,
  UsdtSpecs,
} from "../../kernel/index.ts"
import type { MapSpec, ObjectSpec, ProgramSpec } from "../../object/index.ts"
import type { KernelProfile } from "../../profile/index.ts"
import type { BpfLog } from "../bpf-log/index.ts"
import type { KernelCore } from "../core.ts"
import { type MapHost, type MapStorage, NestedMap, ProgArray, StructOpsMap } from "../maps/index.ts"
import { type BpfFileSystem, LoadedBtf, type ObjectStore } from "../objects/index.ts"
import { EmbeddedProgram, type ProgramHost } from "../programs/program.ts"
import { registerStructOps, type StructOpsHost } from "../struct-ops/index.ts"
import { createMaps } from "./create-maps.ts"
import {
  type ExtensionTarget,
  loadProgram,
  type ProgramLoadHost,
  type ProgramLoadOptions,
} from "./load-program.ts"
import { EmbeddedObject } from "./loaded-object.ts"
import { mapFactsOf } from "./map-facts.ts"
import { layoutsOf, mapLayout } from "./map-layout.ts"
import { pinByName, reusedMap } from "./pinned-maps.ts"
import { TypedMap } from "./typed-map.ts"

/** Names of data sections may begin with a question mark. */
const QUESTION_MARKS_SINCE = "6.9"

/** How the embedded kernel is to load an object. */
export interface EmbeddedLoadOptions extends LoadOptions {
  /**
   * False loads programs that the verifier has not seen, or refuses: for study. What still stops them is the engine, when
   * they run. What is checked before the verifier is checked all the same.
   */
  readonly verify?: boolean
  /** What the verifier writes to each program's `log`: 1 states at jumps, 2 at every instruction, 4 added for statistics. */
  readonly logLevel?: number
  /** Maps of the kernel, by id, in place of the object's of these names. */
  readonly reuseMaps?: Readonly<Record<string, number>>
  /** What the loading process holds when programs are loaded: what the task on the CPU does, unless told. Maps are made in any case. */
  readonly capabilities?: readonly Capability[]
}

/** What loading needs of the kernel. */
export interface LoadHost extends MapHost, ProgramHost, ProgramLoadHost, StructOpsHost {
  readonly core: KernelCore
  readonly profile: KernelProfile
  readonly objects: ObjectStore
  readonly bpfFiles: BpfFileSystem
  readonly bpfLog: BpfLog | undefined
  programById(id: number): EmbeddedProgram | undefined
  /** The object is closed. */
  forget(object: EmbeddedObject): void
}

/** Loads an object: maps first, then programs, all or nothing. */
export function loadObject(
  object: ObjectSpec,
  host: LoadHost,
  options: EmbeddedLoadOptions = {},
): EmbeddedObject {
  const wanted = choosePrograms(object, options)
  const targets = findTargets(wanted, host, options)
  const data = onceEach(initialData(object, factsOf(host.profile), options.globals ?? {}))
  const layouts = layoutsOf(object, host)
  const layoutOf = (spec: MapSpec) => layouts && mapLayout(spec, object, layouts)
  const structOps = structOpsOf(object, host, data)
  const loadedBtf =
    object.btf && new LoadedBtf(host.objects.nextId("btf"), object, host.since(QUESTION_MARKS_SINCE))
  const { all: storages, made } = createMaps(host, {
    ...{ object, loadedBtf, layoutOf, structOps },
    nextId: () => host.objects.nextId("map"),
    initialData: data,
    reused: spec => reusedMap(spec, host, options.reuseMaps ?? {}),
  })
  try {
    const resolution = {
      profile: host.profile,
      object,
      core: object.btf && new CoreResolver(object.btf, host.profile.btf()),
      loadedBtf,
      maps: storages,
      mapFacts: mapFactsOf(object, storages, data, host.verifierKernel),
      layoutOf: layouts?.layoutOf,
      usdt: new UsdtSpecs(object.btf, name => usdtMap(object, storages.get(name))),
      kconfigAddress: (name: string) => {
        const extern = kconfigExterns(object).find(extern => extern.name === name)
        const map = object.maps.find(map => map.kind === "kconfig")
        return extern && map && storages.get(map.name)?.valueAddress(extern.offset)
      },
    }
    const how = programOptions(host.core.current.capabilities.held(), options, targets)
    const programs = wanted.map(spec => {
      const loaded = loadProgram(spec, host.objects.nextId("program"), resolution, host, how)
      return [spec.name, new EmbeddedProgram(loaded, host)] as const
    })
    const byName = Object.fromEntries(programs)
    for (const [, { maps, type }] of programs)
      for (const map of maps) if (map instanceof ProgArray) map.own(type)
    fillSlots(object, byName, storages, made)
    for (const spec of object.maps) {
      const storage = storages.get(spec.name)
      if (spec.pinning === "byName" && storage && made.has(storage)) pinByName(spec, storage, host)
    }
    return admit({ object, host, storages, made, programs: byName, structOps, loadedBtf })
  } catch (error) {
    for (const storage of made) host.bpfFiles.unpin(storage)
    for (const storage of made) storage.close()
    throw error
  }
}

/** All that an object's load has made. */
interface Made {
  readonly object: ObjectSpec
  readonly host: LoadHost
  readonly storages: ReadonlyMap<string, MapStorage>
  readonly made: ReadonlySet<MapStorage>
  readonly programs: Readonly<Record<string, EmbeddedProgram>>
  readonly structOps: ReadonlyMap<string, KernelStructOps>
  readonly loadedBtf: LoadedBtf | undefined
}

/** From here on the kernel keeps it, and its loader holds it. */
function admit({ object, host, storages, made, programs, structOps, loadedBtf }: Made): EmbeddedObject {
  const releaseBtf = loadedBtf && host.objects.admitBtf(loadedBtf)
  const maps = object.maps.flatMap(spec => {
    const storage = storages.get(spec.name)
    if (!storage && spec.structOps) return []
    if (!storage) throw new Error(`BUG: map ${spec.name} was not created`)
    const release = made.has(storage) ? host.objects.admitMap(storage) : host.objects.hold(storage)
    const operations = structOps.get(spec.name)
    const register =
      operations && storage instanceof StructOpsMap
        ? () => registerStructOps(host, operations, programs, storage)
        : undefined
    const map = new TypedMap(spec, storage, object, host, { release, ...(register && { register }) })
    return [[spec.name, map] as const]
  })
  for (const program of Object.values(programs)) program.admit()
  const loaded = new EmbeddedObject(object, programs, Object.fromEntries(maps), () => {
    host.forget(loaded)
    releaseBtf?.()
  })
  return loaded
}

function programOptions(
  held: ReadonlySet<Capability>,
  { verify = true, logLevel = 0, capabilities }: EmbeddedLoadOptions,
  targets: ProgramLoadOptions["targets"],
): ProgramLoadOptions {
  return { verify, logLevel, capabilities: capabilities ? new Set(capabilities) : held, targets }
}

/** What programs replace or watch functions of. Throws LoadError for programs and functions that are not there. */
function findTargets(
  programs: readonly ProgramSpec[],
  host: LoadHost,
  { targets = {} }: EmbeddedLoadOptions,
): Map<string, ExtensionTarget> {
  const found = new Map<string, ExtensionTarget>()
  for (const spec of programs) {
    const target = targets[spec.name]
    if (!target) continue
    const program = host.programById(target.program.id)
    if (!program) throw noTargetProgram(spec.name, target.program.id, errnoText("ENOENT"), "ENOENT")
    const name = target.function ?? spec.target
    targetFunction(spec.name, program.id, program.verified.btf, name)
    const start = program.verified.functions.find(each => each.name === name)?.start ?? 0
    found.set(spec.name, { program, function: name, start })
  }
  return found
}

/** The struct_ops maps of an object, laid out as this kernel has their structs. Throws LoadError. */
function structOpsOf(
  object: ObjectSpec,
  { types }: LoadHost,
  dataOf: (map: MapSpec) => Uint8Array | undefined,
): Map<string, KernelStructOps> {
  const { btf } = types
  const find = (name: string, kind: "struct"): KernelType | undefined => {
    const id = btf.find(name, kind)
    return id === undefined ? undefined : { id, module: 0, btf }
  }
  const wanted = object.maps.filter(({ structOps }) => structOps?.autocreate)
  return new Map(
    wanted.map(spec => [spec.name, toKernelStructOps(object, { ...spec, data: dataOf(spec) }, { find })]),
  )
}

/** A map of an object as descriptions of USDT arguments are written to it. */
function usdtMap({ maps }: ObjectSpec, storage: MapStorage | undefined): UsdtMap | undefined {
  const spec = maps.find(({ name }) => name === storage?.attributes.name)
  if (!storage || !spec) return undefined
  return {
    valueSize: storage.attributes.valueSize,
    valueType: spec.valueType,
    maxEntries: storage.attributes.maxEntries,
    update: (key, value, flags) => storage.set(key, value, BigInt(flags)),
    remove: key => void storage.remove(key),
  }
}

/** Calls `make` once for each map. */
function onceEach<T>(make: (map: MapSpec) => T): (map: MapSpec) => T {
  const made = new Map<MapSpec, T>()
  return map => {
    if (!made.has(map)) made.set(map, make(map))
    return made.get(map) as T
  }
}

/** Puts in what the object names for slots: programs, of which one that was not loaded fails as in libbpf, and inner maps. */
function fillSlots(
  object: ObjectSpec,
  programs: Readonly<Record<string, EmbeddedProgram>>,
  storages: ReadonlyMap<string, MapStorage>,
  made: ReadonlySet<MapStorage>,
): void {
  for (const { name, initialSlots } of object.maps) {
    const storage = storages.get(name)
    if (storage instanceof NestedMap && made.has(storage)) fillNested(storage, initialSlots, storages)
    if (!(storage instanceof ProgArray)) continue
    for (const { index, target } of initialSlots) {
      const program = programs[target]
      if (!program)
        throw new LoadError(
          `map '${name}': failed to initialize slot [${index}] to prog '${target}': it is not loaded (EBADF)`,
          { errno: "EBADF", hint: `load ${target} too` },
        )
      storage.put(index, program)
    }
  }
}

function fillNested(
  outer: NestedMap,
  slots: ObjectSpec["maps"][number]["initialSlots"],
  storages: ReadonlyMap<string, MapStorage>,
): void {
  for (const { index, target } of slots) {
    const inner = storages.get(target)
    if (!inner)
      throw new Error(`BUG: map ${outer.attributes.name} refers to map ${target}, which was not created`)
    outer.put(new Uint8Array(Uint32Array.of(index).buffer), inner)
  }
}

function factsOf(profile: KernelProfile): KernelFacts {
  return {
    release: profile.release,
    version: profile.version,
    config: option => profile.config(option),
    hasSymbol: name => profile.symbols().find(name) !== undefined,
  }
}
