import { errnoText, LoadError, NotModelledError } from "../../base/index.ts"
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
import { type MapHost, type MapStorage, NestedMap, ProgArray } from "../maps/index.ts"
import type { LoadingHost } from "../prog-load/index.ts"
import { EmbeddedProgram, type ProgramHost } from "../programs/program.ts"
import { registerStructOps, type StructOpsHost } from "../struct-ops/index.ts"
import { createMaps } from "./create-maps.ts"
import { type ExtensionTarget, loadProgram, type ProgramLoadOptions } from "./load-program.ts"
import { EmbeddedObject } from "./loaded-object.ts"
import { mapFactsOf } from "./map-facts.ts"
import { layoutsOf, mapLayout } from "./map-layout.ts"
import { TypedMap } from "./typed-map.ts"

/** How the embedded kernel is to load an object. */
export interface EmbeddedLoadOptions extends LoadOptions {
  /**
   * False loads programs that the verifier has not seen, or refuses: for study. What still stops them is the engine, when
   * they run. What is checked before the verifier is checked all the same.
   */
  readonly verify?: boolean
  /** What the verifier writes to each program's `log`: 1 states at jumps, 2 at every instruction, 4 added for statistics. */
  readonly logLevel?: number
  /** What the loading process holds when programs are loaded; everything unless told. Maps are made in any case. */
  readonly capabilities?: readonly Capability[]
}

/** What loading needs of the kernel. */
export interface LoadHost extends MapHost, ProgramHost, LoadingHost, StructOpsHost {
  readonly profile: KernelProfile
  readonly bpfLog: BpfLog | undefined
  nextProgramId(): number
  nextMapId(): number
  /** From here on programs and ids reach the map. */
  admit(map: MapStorage): void
  admitProgram(program: EmbeddedProgram): void
  programById(id: number): EmbeddedProgram | undefined
  /** Forgets what an object brought. */
  dismiss(object: EmbeddedObject): void
}

/** Loads an object: maps first, then programs, all or nothing. */
export function loadObject(
  object: ObjectSpec,
  host: LoadHost,
  options: EmbeddedLoadOptions = {},
): EmbeddedObject {
  const wanted = choosePrograms(object, options.only)
  const targets = findTargets(wanted, host, options)
  const data = onceEach(initialData(object, factsOf(host.profile), options.globals ?? {}))
  const layouts = layoutsOf(object, host)
  const layoutOf = (spec: MapSpec) => layouts && mapLayout(spec, object, layouts)
  const structOps = structOpsOf(object, host, data)
  const storages = createMaps(object, host, () => host.nextMapId(), layoutOf, data, structOps)
  try {
    const resolution = {
      profile: host.profile,
      object,
      core: object.btf && new CoreResolver(object.btf, host.profile.btf()),
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
    const how = programOptions(options, targets)
    const programs = wanted.map(spec => {
      const loaded = loadProgram(spec, host.nextProgramId(), resolution, host, how)
      return [spec.name, new EmbeddedProgram(loaded, host)] as const
    })
    const made = object.maps.filter(({ name, structOps }) => !structOps || storages.has(name))
    const maps = made.map(spec => {
      const storage = storages.get(spec.name)
      if (!storage) throw new Error(`BUG: map ${spec.name} was not created`)
      return [spec.name, new TypedMap(spec, storage, object, host.cpus)] as const
    })
    const byName = Object.fromEntries(programs)
    const registrations = [...structOps.values()].map(each => () => registerStructOps(host, each, byName))
    const loaded = new EmbeddedObject(object, byName, Object.fromEntries(maps), registrations, () =>
      host.dismiss(loaded),
    )
    fillSlots(object, loaded, storages)
    for (const storage of storages.values()) host.admit(storage)
    for (const [, program] of programs) host.admitProgram(program)
    return loaded
  } catch (error) {
    for (const storage of storages.values()) storage.close()
    throw error
  }
}

function programOptions(
  { verify = true, logLevel = 0, capabilities }: EmbeddedLoadOptions,
  targets: ProgramLoadOptions["targets"],
): ProgramLoadOptions {
  return { verify, logLevel, capabilities: new Set(capabilities ?? ["CAP_SYS_ADMIN"]), targets }
}

/** What programs replace functions of. Throws LoadError for programs and functions that are not there. */
function findTargets(
  programs: readonly ProgramSpec[],
  host: LoadHost,
  { targets = {} }: EmbeddedLoadOptions,
): Map<string, ExtensionTarget> {
  const found = new Map<string, ExtensionTarget>()
  for (const spec of programs) {
    const target = targets[spec.name]
    if (!target) continue
    if (spec.definition?.programType !== "ext")
      throw new NotModelledError(
        `prog '${spec.name}': programs that trace programs are not modelled by the embedded kernel yet`,
      )
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
  loaded: EmbeddedObject,
  storages: ReadonlyMap<string, MapStorage>,
): void {
  for (const { name, initialSlots } of object.maps) {
    const storage = storages.get(name)
    if (storage instanceof NestedMap) fillNested(storage, initialSlots, storages)
    if (!(storage instanceof ProgArray)) continue
    for (const { index, target } of initialSlots) {
      const program = loaded.programs[target]
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
