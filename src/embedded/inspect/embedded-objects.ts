import { type Errno, errnoText, MapError, SkepError } from "../../base/index.ts"
import type {
  AttachedPrograms,
  BtfFacts,
  DeviceHooks,
  KernelObjects,
  KernelSymbols,
  LinkFacts,
  MapEvent,
  MapEventOptions,
  MapFacts,
  NewMap,
  ObjectKind,
  OpenMap,
  ProgramCode,
  ProgramFacts,
  RunOptions,
  RunResult,
  TaskDescriptor,
  XdpAttachMode,
} from "../../kernel/index.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"
import { createMap, type MapStorage } from "../maps/index.ts"
import { kindOfPinned, type PinnedObject, VMLINUX_BTF_ID } from "../objects/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import { attachProgramTo, detachProgramFrom } from "./attach-program.ts"
import { attachToControlGroup, detachFromControlGroup, groupPrograms } from "./control-groups.ts"
import { deviceHooks, setXdp } from "./devices.ts"
import { linkFacts } from "./link-facts.ts"
import { mapEvents } from "./map-events.ts"
import { mapFacts } from "./map-facts.ts"
import { mapInfoBytes } from "./map-info-bytes.ts"
import { OpenEmbeddedMap } from "./open-map.ts"
import { programCode, programFacts } from "./program-facts.ts"
import { refused } from "./refused.ts"
import { taskDescriptors } from "./task-descriptors.ts"

/** Links that BPF_LINK_DETACH takes off their hooks. */
const DETACHABLE: readonly string[] = [
  ...["cgroup", "xdp", "netns", "tcx", "netkit", "netfilter", "sockmap", "struct_ops"],
]

/** How the kernel finds each kind by id. */
const CALLS = {
  program: "BPF_PROG_GET_FD_BY_ID",
  map: "BPF_MAP_GET_FD_BY_ID",
  link: "BPF_LINK_GET_FD_BY_ID",
  btf: "BPF_BTF_GET_FD_BY_ID",
} as const

/** What the embedded kernel keeps, by id. */
export class EmbeddedObjects implements KernelObjects {
  readonly #kernel: EmbeddedKernel

  constructor(kernel: EmbeddedKernel) {
    this.#kernel = kernel
  }

  get cpus(): number {
    return this.#kernel.cpus
  }

  get bootTime(): bigint {
    return this.#kernel.bootTime
  }

  ids(kind: ObjectKind): readonly number[] {
    // What went with a device, a group or an element of a map is gone for those who look.
    this.#kernel.objects.collect()
    const { programs, maps, links, btfs } = this.#kernel.objects
    const kept = { program: programs, map: maps, link: links, btf: btfs }[kind]
    const ids = [...(kind === "btf" ? [VMLINUX_BTF_ID] : []), ...kept.keys()]
    return ids.sort((a, b) => a - b)
  }

  program(id: number): ProgramFacts | undefined {
    const program = this.#kernel.objects.programs.get(id)
    return program && programFacts(program, this.#kernel)
  }

  map(id: number): MapFacts | undefined {
    const map = this.#kernel.objects.maps.get(id)
    return map && mapFacts(map, this.#kernel)
  }

  mapInfoBytes(id: number): Uint8Array {
    const map = this.#require("map", id)
    return mapInfoBytes(mapFacts(map, this.#kernel), map.attributes.extra, this.#kernel.types)
  }

  link(id: number): LinkFacts | undefined {
    const link = this.#kernel.objects.links.get(id)
    return link && linkFacts(link, this.#kernel)
  }

  btf(id: number): BtfFacts | undefined {
    const isKernel = id === VMLINUX_BTF_ID
    if (!isKernel && !this.#kernel.objects.btfs.has(id)) return undefined
    return { id, size: this.btfBytes(id).length, isKernel, name: isKernel ? "vmlinux" : "" }
  }

  btfBytes(id: number): Uint8Array {
    return id === VMLINUX_BTF_ID ? this.#kernel.profile.btfBytes() : this.#require("btf", id).loadable.bytes
  }

  code(id: number): ProgramCode {
    return programCode(this.#require("program", id), this.#kernel)
  }

  pinned(path: string): { readonly kind: ObjectKind; readonly id: number } {
    const object = this.#kernel.bpfFiles.get(path)
    if (typeof object !== "string") return { kind: kindOfPinned(object), id: object.id }
    throw new SkepError(`bpf obj get (${path}): ${errnoText(object)} (${object})`, {
      errno: object,
      hint:
        object === "EACCES"
          ? "nothing is pinned there: it is another file or a folder"
          : "paths of pinned objects stand in `bpftool -f prog show` and `bpftool -f map show`",
    })
  }

  pins(kind: ObjectKind): readonly { readonly id: number; readonly path: string }[] {
    return [...this.#kernel.bpfFiles.all()].flatMap(({ object, path }) =>
      kindOfPinned(object) === kind ? [{ id: object.id, path }] : [],
    )
  }

  pin(kind: ObjectKind, id: number, path: string): void {
    if (kind === "btf") throw refused(`can't pin the object (${path})`, "EINVAL")
    this.#pin(this.#require(kind, id), path)
  }

  openMap(id: number): OpenMap {
    const map = this.#require("map", id)
    const release = this.#kernel.objects.hold(map)
    return new OpenEmbeddedMap(map, mapFacts(map, this.#kernel), this.#kernel, release)
  }

  mapEvents(id: number, options: MapEventOptions): AsyncIterable<MapEvent> {
    return mapEvents(this.#require("map", id), options)
  }

  createMap({ innerMap, ...wanted }: NewMap, path: string): void {
    const kernel = this.#kernel
    if (innerMap !== undefined) this.#require("map", innerMap)
    const map = created(() =>
      createMap(kernel, kernel.objects.nextId("map"), {
        ...wanted,
        extra: 0n,
        ...(innerMap !== undefined && { innerId: innerMap }),
      }),
    )
    const release = kernel.objects.admitMap(map)
    try {
      this.#pin(map, path)
    } finally {
      release()
    }
  }

  taskDescriptors(): Iterable<TaskDescriptor> {
    return taskDescriptors(this.#kernel)
  }

  cgroupPrograms(path: string, attachType: number, effective: boolean): AttachedPrograms | undefined {
    return groupPrograms(this.#kernel, path, attachType, effective)
  }

  attachToCgroup(path: string, attachType: number, program: number, flags: number): void {
    attachToControlGroup(this.#kernel, path, attachType, this.#require("program", program), flags)
  }

  detachFromCgroup(path: string, attachType: number, program: number): void {
    detachFromControlGroup(this.#kernel, path, attachType, this.#require("program", program))
  }

  attachProgram(program: number, attachType: number, map: number | undefined): void {
    const target = map === undefined ? undefined : this.#require("map", map)
    attachProgramTo(this.#kernel, this.#require("program", program), attachType, target)
  }

  detachProgram(program: number, attachType: number, map: number | undefined): void {
    const target = map === undefined ? undefined : this.#require("map", map)
    detachProgramFrom(this.#kernel, this.#require("program", program), attachType, target)
  }

  detachLink(id: number): void {
    const link = this.#require("link", id)
    if (!DETACHABLE.includes(link.type ?? "")) throw refused("failed link detach", "EOPNOTSUPP")
    link.takeOff()
  }

  devices(name: string | undefined): readonly DeviceHooks[] {
    return deviceHooks(this.#kernel, name)
  }

  flowDissector(): number | undefined {
    return this.#kernel.network.current.programs.on("flow_dissector")[0]?.program.id
  }

  setXdp(
    device: string,
    mode: XdpAttachMode,
    program: number | undefined,
    { replace }: { readonly replace: boolean },
  ): void {
    const given = program === undefined ? undefined : this.#require("program", program)
    setXdp(this.#kernel, device, mode, given, replace)
  }

  testRun(program: number, options: RunOptions): RunResult {
    const [result] = this.#kernel.testRun(this.#require("program", program), [options], options)
    if (!result) throw new Error("BUG: a run without a result")
    return result
  }

  symbols(): KernelSymbols {
    const symbols = this.#kernel.profile.symbols()
    return {
      nameAt: address => {
        const found = symbols.at(address)
        return found?.offset === 0 ? found.name : undefined
      },
      addressOf: name => symbols.find(name)?.address,
    }
  }

  #pin(object: PinnedObject, path: string): void {
    const errno = this.#kernel.bpfFiles.pin(object, path)
    if (errno) throw refused(`can't pin the object (${path})`, errno)
  }

  #require<Kind extends ObjectKind>(kind: Kind, id: number): KindOf<Kind> {
    const { programs, maps, links, btfs } = this.#kernel.objects
    const found = { program: programs, map: maps, link: links, btf: btfs }[kind].get(id)
    if (found) return found as KindOf<Kind>
    throw refused(CALLS[kind], "ENOENT")
  }
}

type Stores = EmbeddedKernel["objects"]
/** What the kernel keeps of a kind. */
type KindOf<Kind extends ObjectKind> = {
  program: EmbeddedProgram
  map: MapStorage
  link: Stores["links"] extends Map<number, infer Link> ? Link : never
  btf: Stores["btfs"] extends Map<number, infer Btf> ? Btf : never
}[Kind]

/** What a map's own rules refuse, in the words of who asked for it. */
function created(make: () => MapStorage): MapStorage {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof MapError) || !error.errno) throw error
    throw new SkepError(`map create failed: ${errnoText(error.errno as Errno)} (${error.errno})`, {
      errno: error.errno,
      hint: error.message,
      cause: error,
    })
  }
}
