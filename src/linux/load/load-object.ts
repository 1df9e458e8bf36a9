import { errorText, LoadError } from "../../base/index.ts"
import { CoreResolver } from "../../btf/index.ts"
import { mapType } from "../../catalog/index.ts"
import {
  choosePrograms,
  initialData,
  type KernelFacts,
  type LoadOptions,
  loadableBtf,
  UsdtSpecs,
} from "../../kernel/index.ts"
import type { ObjectSpec, ProgramSpec } from "../../object/index.ts"
import type { AttachHost } from "../attach/attached.ts"
import { usdtMap } from "../attach/usdt-map.ts"
import { MAP_ELEMENT } from "../bpf/attributes.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import { LinuxObject } from "../linux-object.ts"
import { LinuxProgram } from "../linux-program.ts"
import type { KernelTypes } from "../machine/kernel-types.ts"
import type { Machine } from "../machine/machine.ts"
import { LinuxMap, type MapHost } from "../maps/linux-map.ts"
import { type CreatedMap, createMaps, dropMap, type MapPlan } from "./create-maps.ts"
import { createStructOpsMap, programMembers, structOpsOf, structOpsValue } from "./create-struct-ops.ts"
import { type LoadedProgram, loadProgram, type ProgramPlan } from "./load-program.ts"
import { pinByName } from "./pinned-map.ts"
import { programTarget } from "./program-targets.ts"

/** What loading needs of the kernel. */
export interface LoadHost extends AttachHost, MapHost {
  readonly types: KernelTypes
}

const DEFAULT_PIN_FOLDER = "/sys/fs/bpf"

export interface LinuxLoadOptions extends LoadOptions {
  /** Maps of the kernel, by id, in place of the object's of these names. */
  readonly reuseMaps?: Readonly<Record<string, number>>
}

/** Loads an object: its types, its maps, its programs; all or nothing. */
export function loadObject(object: ObjectSpec, host: LoadHost, options: LinuxLoadOptions = {}): LinuxObject {
  const wanted = choosePrograms(object, options)
  if (object.byteOrder !== "little")
    throw new LoadError(`object ${object.name}: it is for big-endian machines, this one is not (EINVAL)`, {
      errno: "EINVAL",
      hint: "compile it with -target bpf, or -target bpfel",
    })
  const warnings: string[] = []
  using btf = loadTypes(object, host, warnings)
  const plan: MapPlan = {
    bpf: host.bpf,
    features: host.features,
    object,
    btf: btf?.fd,
    cpus: host.cpus,
    warnings,
    pinFolder: DEFAULT_PIN_FOLDER,
    reuse: options.reuseMaps ?? {},
    initialData: initialData(object, factsOf(host), options.globals ?? {}),
  }
  const structOps = structOpsOf(object, host.types, plan.initialData)
  const members = programMembers(structOps)
  const maps = createMaps(plan)
  const loaded: LoadedProgram[] = []
  try {
    const { bpf, features, machine, types } = host
    for (const each of structOps) maps.set(each.spec.name, createStructOpsMap(plan, each))
    const core = object.btf && new CoreResolver(object.btf, types.vmlinux)
    const usdt = new UsdtSpecs(object.btf, name => usdtMap(bpf, maps.get(name)))
    const programs: ProgramPlan = { bpf, features, machine, types, object, maps, core, btf, usdt }
    for (const spec of wanted) {
      using attachProgram = programTarget(spec, options, host)
      loaded.push(loadProgram(spec, { ...programs, attachProgram, member: members.get(spec.name) }))
    }
    fillProgramSlots(host, loaded, maps)
    warnings.push(...idleHooks(wanted, machine))
    const values = structOps.map(each => [each.spec.name, structOpsValue(each, loaded)] as const)
    for (const map of maps.values()) pinByName(plan, map)
    return hold(object, host, loaded, maps, new Map(values), warnings)
  } catch (error) {
    for (const program of loaded) program.descriptor.close()
    for (const map of maps.values()) dropMap(map)
    throw error
  }
}

/** LSM programs attach without an error where nothing ever calls them. */
function idleHooks(programs: readonly ProgramSpec[], machine: Machine): string[] {
  const hooks = programs.filter(({ definition }) => definition?.programType === "lsm")
  const modules = hooks.length > 0 ? machine.securityModules : undefined
  if (!modules || modules.includes("bpf")) return []
  const reason = `bpf is not among the active security modules (${modules.join(", ")}): boot with lsm=…,bpf`
  return hooks.map(({ name }) => `prog '${name}' will never run: ${reason}`)
}

class LoadedTypes extends Descriptor {
  readonly loadable: NonNullable<ReturnType<typeof loadableBtf>>

  constructor(host: LoadHost, fd: number, loadable: NonNullable<ReturnType<typeof loadableBtf>>) {
    super(host.bpf.native, fd)
    this.loadable = loadable
  }
}

/** The object's BTF in the kernel. Programs load without it where the kernel refuses it, as with libbpf. */
function loadTypes(object: ObjectSpec, host: LoadHost, warnings: string[]): LoadedTypes | undefined {
  const loadable = loadableBtf(object, { questionMarks: host.features.questionMarkSections })
  if (!loadable) return undefined
  const fd = host.types.load(loadable.bytes)
  if (fd >= 0) return new LoadedTypes(host, fd, loadable)
  warnings.push(`the kernel refuses the object's types (${errorText(-fd)}): it is loaded without them`)
  return undefined
}

/** Puts programs into the slots that prog arrays name in the object. */
function fillProgramSlots(
  { bpf }: LoadHost,
  programs: readonly LoadedProgram[],
  maps: ReadonlyMap<string, CreatedMap>,
): void {
  for (const { spec, descriptor } of maps.values()) {
    if (mapType(spec.type)?.name !== "prog_array") continue
    for (const { index, target } of spec.initialSlots) {
      const program = programs.find(program => program.spec.name === target)
      if (!program)
        throw new LoadError(
          `map '${spec.name}': failed to initialize slot [${index}] to prog '${target}': it is not loaded (EBADF)`,
          { errno: "EBADF", hint: `load ${target} too` },
        )
      const key = new Uint8Array(Uint32Array.of(index).buffer)
      const value = new Uint8Array(Uint32Array.of(program.descriptor.fd).buffer)
      bpf.call("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, { map_fd: descriptor.fd, key, value })
    }
  }
}

function hold(
  object: ObjectSpec,
  host: LoadHost,
  loaded: readonly LoadedProgram[],
  created: ReadonlyMap<string, CreatedMap>,
  structOps: ReadonlyMap<string, Uint8Array>,
  warnings: readonly string[],
): LinuxObject {
  const programs = loaded.map(program => [program.spec.name, new LinuxProgram(program, host)] as const)
  const maps = [...created.values()].map(
    ({ spec, descriptor, mapping }) =>
      [
        spec.name,
        new LinuxMap(spec, descriptor, object, host, { structOps: structOps.get(spec.name), mapping }),
      ] as const,
  )
  // Records of the first action are there when one starts to read, as on the embedded kernel.
  for (const [, map] of maps) if (map.hasRecords) map.records()
  return new LinuxObject(
    object,
    Object.fromEntries(programs),
    Object.fromEntries(maps),
    host.poller,
    warnings,
  )
}

function factsOf({ machine, features }: LoadHost): KernelFacts {
  return {
    release: machine.release,
    version: machine.version,
    config: option => machine.config(option),
    hasSymbol: name => features.hasFunction(name) ?? machine.hasSymbol(name),
  }
}
