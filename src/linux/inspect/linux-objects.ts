import { closeSync, openSync, readdirSync, readFileSync, statSync } from "node:fs"
import { ERRNO, type Errno, errnoText, SkepError } from "../../base/index.ts"
import { type Btf, readBtf } from "../../btf/index.ts"
import { programType } from "../../catalog/index.ts"
import type {
  AttachedPrograms,
  BtfFacts,
  DeviceFacts,
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
import { LINK_DETACH, MAP_CREATE, OBJECT_PATH, PROG_ATTACH, PROG_QUERY } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { BTF_INFO, MAP_INFO } from "../bpf/info.ts"
import { queryPrograms } from "../bpf/query.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import { Scratch } from "../ffi/scratch.ts"
import type { Machine } from "../machine/machine.ts"
import { interfaceIndex, setXdp, XDP_FLAGS } from "../net/interfaces.ts"
import { runProgram } from "../run-program.ts"
import { deviceHooks } from "./devices.ts"
import { linkFacts } from "./link-facts.ts"
import { type EventHost, mapEvents } from "./map-events.ts"
import { mapFacts } from "./map-facts.ts"
import { idsOf, objectInfo, openById, requireById } from "./object-store.ts"
import { OpenLinuxMap } from "./open-map.ts"
import { openPinned, type PinnedKind, pinsOf } from "./pins.ts"
import { type FactSource, programCode, programFacts } from "./program-facts.ts"
import { SymbolText } from "./symbol-text.ts"
import { taskDescriptors } from "./task-descriptors.ts"

const BTF_INFO_BYTES = 32
const BTF_NAME_BYTES = 64
/** More than any kernel tells of a map. */
const LARGEST_INFO = 256
const MOST_PROGRAMS = 1024
const EINVAL = 22
/** /proc/uptime has hundredths of a second. */
const CLOCK_STEP = 50_000_000n
const QUERY_EFFECTIVE = 1
/** Up to `prog_attach_flags`: of Linux 6.1. */
const QUERY_BYTES = 40

/** BPF_FLOW_DISSECTOR. */
const FLOW_DISSECTOR = 17
const XDP_MODES: Readonly<Record<XdpAttachMode, number>> = {
  xdp: 0,
  xdpgeneric: XDP_FLAGS.generic,
  xdpdrv: XDP_FLAGS.native,
  xdpoffload: XDP_FLAGS.offload,
}

/** What the machine's kernel keeps, by id. */
export class LinuxObjects implements KernelObjects, FactSource {
  readonly #bpf: Bpf
  readonly #machine: Machine
  readonly #host: EventHost
  readonly #btfs = new Map<number, Btf | undefined>()
  #interfaces: ReadonlyMap<number, string> | undefined

  constructor(host: EventHost & { readonly machine: Machine }) {
    this.#bpf = host.bpf
    this.#machine = host.machine
    this.#host = host
  }

  get cpus(): number {
    return this.#machine.possibleCpus
  }

  /** From a clock that counts on while the machine sleeps, where it did; else from the finer one. */
  get bootTime(): bigint {
    const [seconds = "0"] = readFileSync("/proc/uptime", "latin1").split(" ")
    const coarse = BigInt(Math.round(Number(seconds) * 1e9))
    const fine = process.hrtime.bigint()
    const apart = coarse > fine ? coarse - fine : fine - coarse
    const now = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n
    return now - (apart < CLOCK_STEP ? fine : coarse)
  }

  ids(kind: ObjectKind): readonly number[] {
    return idsOf(this.#bpf, kind)
  }

  program(id: number): ProgramFacts | undefined {
    using descriptor = openById(this.#bpf, "program", id)
    return descriptor && programFacts(this.#bpf, descriptor.fd, this)
  }

  map(id: number): MapFacts | undefined {
    using descriptor = openById(this.#bpf, "map", id)
    return descriptor && mapFacts(this.#bpf, descriptor.fd, this)
  }

  mapInfoBytes(id: number): Uint8Array {
    using descriptor = requireById(this.#bpf, "map", id)
    return objectInfo(this.#bpf, descriptor.fd, MAP_INFO, LARGEST_INFO).bytes
  }

  link(id: number): LinkFacts | undefined {
    using descriptor = openById(this.#bpf, "link", id)
    return descriptor && linkFacts(this.#bpf, descriptor.fd, index => this.#interfaceName(index))
  }

  btf(id: number): BtfFacts | undefined {
    using descriptor = openById(this.#bpf, "btf", id)
    if (!descriptor) return undefined
    using scratch = new Scratch(this.#bpf.native)
    const { address, bytes } = scratch.allocate(BTF_NAME_BYTES)
    const values = { name: address, name_len: BTF_NAME_BYTES }
    const { info } = objectInfo(this.#bpf, descriptor.fd, BTF_INFO, BTF_INFO_BYTES, values)
    const name = new TextDecoder().decode(bytes.slice(0, Math.max(bytes.indexOf(0), 0)))
    return { id: info.id, size: info.btf_size, isKernel: info.kernel_btf !== 0, name }
  }

  btfBytes(id: number): Uint8Array {
    using descriptor = requireById(this.#bpf, "btf", id)
    const { info } = objectInfo(this.#bpf, descriptor.fd, BTF_INFO, BTF_INFO_BYTES)
    using scratch = new Scratch(this.#bpf.native)
    const { address, bytes } = scratch.allocate(info.btf_size)
    const values = { btf: address, btf_size: info.btf_size }
    objectInfo(this.#bpf, descriptor.fd, BTF_INFO, BTF_INFO_BYTES, values)
    return bytes.slice()
  }

  /** Of objects: kernel BTF has a base, which `machine` knows. */
  btfOf(id: number): Btf | undefined {
    if (!this.#btfs.has(id)) {
      const facts = this.btf(id)
      const known = facts && !facts.isKernel ? readBtf(this.btfBytes(id), { label: `btf ${id}` }) : undefined
      this.#btfs.set(id, known)
    }
    return this.#btfs.get(id)
  }

  code(id: number): ProgramCode {
    using descriptor = requireById(this.#bpf, "program", id)
    return programCode(this.#bpf, descriptor.fd)
  }

  pinned(path: string): { readonly kind: PinnedKind; readonly id: number } {
    const { kind, id, descriptor } = openPinned(this.#bpf, path)
    descriptor.close()
    return { kind, id }
  }

  pins(kind: ObjectKind): readonly { readonly id: number; readonly path: string }[] {
    return pinsOf(this.#bpf, kind)
  }

  pin(kind: ObjectKind, id: number, path: string): void {
    using descriptor = requireById(this.#bpf, kind, id)
    this.#pin(descriptor.fd, path)
  }

  openMap(id: number): OpenMap {
    const descriptor = requireById(this.#bpf, "map", id)
    return new OpenLinuxMap(this.#bpf, descriptor, mapFacts(this.#bpf, descriptor.fd, this), this.cpus)
  }

  mapEvents(id: number, options: MapEventOptions): AsyncIterable<MapEvent> {
    using descriptor = requireById(this.#bpf, "map", id)
    return mapEvents(this.#host, mapFacts(this.#bpf, descriptor.fd, this), options)
  }

  createMap(map: NewMap, path: string): void {
    using inner = map.innerMap === undefined ? undefined : requireById(this.#bpf, "map", map.innerMap)
    const { result } = this.#bpf.try("BPF_MAP_CREATE", MAP_CREATE, {
      map_type: map.type,
      key_size: map.keySize,
      value_size: map.valueSize,
      max_entries: map.maxEntries,
      map_flags: map.flags,
      map_name: map.name,
      ...(inner && { inner_map_fd: inner.fd }),
    })
    if (result < 0) throw refused("map create failed", -result)
    using descriptor = new Descriptor(this.#bpf.native, result)
    this.#pin(descriptor.fd, path)
  }

  taskDescriptors(): Iterable<TaskDescriptor> {
    return taskDescriptors(this.#bpf)
  }

  cgroupPrograms(path: string, attachType: number, effective: boolean): AttachedPrograms | undefined {
    using cgroup = openFolder(path)
    using scratch = new Scratch(this.#bpf.native)
    const ids = scratch.allocate(MOST_PROGRAMS * 4)
    const flags = scratch.allocate(MOST_PROGRAMS * 4)
    const { result, attributes } = this.#bpf.try(
      "BPF_PROG_QUERY",
      PROG_QUERY,
      {
        target_fd: cgroup.fd,
        attach_type: attachType,
        query_flags: effective ? QUERY_EFFECTIVE : 0,
        prog_ids: ids.address,
        prog_cnt: MOST_PROGRAMS,
        // What is effective has no flags of its own, and the kernel refuses to be asked for them.
        ...(!effective && { prog_attach_flags: flags.address }),
      },
      QUERY_BYTES,
    )
    if (result === -EINVAL) return undefined
    if (result < 0) throw refused(`can't query bpf programs attached to ${path}`, -result)
    const word = (bytes: Uint8Array, index: number): number =>
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(index * 4, true)
    const programs = Array.from({ length: attributes.prog_cnt }, (_, index) => ({
      id: word(ids.bytes, index),
      flags: word(flags.bytes, index) || attributes.attach_flags,
    }))
    return { flags: attributes.attach_flags, programs }
  }

  attachToCgroup(path: string, attachType: number, program: number, flags: number): void {
    using cgroup = openFolder(path)
    this.#attach(program, cgroup.fd, attachType, flags)
  }

  detachFromCgroup(path: string, attachType: number, program: number): void {
    using cgroup = openFolder(path)
    this.#detach(program, cgroup.fd, attachType)
  }

  attachProgram(program: number, attachType: number, map: number | undefined): void {
    using target = map === undefined ? undefined : requireById(this.#bpf, "map", map)
    this.#attach(program, target?.fd ?? 0, attachType, 0)
  }

  detachProgram(program: number, attachType: number, map: number | undefined): void {
    using target = map === undefined ? undefined : requireById(this.#bpf, "map", map)
    this.#detach(program, target?.fd ?? 0, attachType)
  }

  detachLink(id: number): void {
    using link = requireById(this.#bpf, "link", id)
    const { result } = this.#bpf.try("BPF_LINK_DETACH", LINK_DETACH, { link_fd: link.fd })
    if (result < 0) throw refused("failed link detach", -result)
  }

  devices(name: string | undefined): readonly DeviceHooks[] {
    const { native } = this.#bpf
    return deviceHooks(native, name === undefined ? undefined : interfaceIndex(native, name))
  }

  flowDissector(): number | undefined {
    using namespace = openFolder("/proc/self/ns/net")
    try {
      return queryPrograms(this.#bpf, namespace.fd, FLOW_DISSECTOR).ids[0]
    } catch (error) {
      // Kernels before 5.7 cannot tell.
      if (error instanceof LinuxCallError && error.number === EINVAL) return undefined
      throw error
    }
  }

  setXdp(
    device: string,
    mode: XdpAttachMode,
    program: number | undefined,
    { replace }: { readonly replace: boolean },
  ): void {
    const { native } = this.#bpf
    using descriptor = program === undefined ? undefined : requireById(this.#bpf, "program", program)
    const flags = XDP_MODES[mode] | (replace ? 0 : XDP_FLAGS.ifNoExist)
    setXdp(native, interfaceIndex(native, device), { fd: descriptor?.fd ?? -1, flags })
  }

  testRun(program: number, options: RunOptions): RunResult {
    using descriptor = requireById(this.#bpf, "program", program)
    const { type, name } = programFacts(this.#bpf, descriptor.fd, this)
    const row = programType(type)
    if (!row) throw new SkepError(`prog ${program}: its type ${type} is not known here`)
    const subject = { fd: descriptor.fd, name, type: row.name as never, attachType: undefined }
    return runProgram(this.#bpf, subject, options)
  }

  symbols(): KernelSymbols {
    return new SymbolText(readFileSync("/proc/kallsyms", "latin1"))
  }

  device(index: number, namespaceDevice: bigint, namespaceInode: bigint): DeviceFacts | undefined {
    if (index === 0) return undefined
    const here = statSync("/proc/self/ns/net", { bigint: true })
    const isHere = here.dev === namespaceDevice && here.ino === namespaceInode
    return { index, namespaceDevice, namespaceInode, name: isHere ? this.#interfaceName(index) : undefined }
  }

  #interfaceName(index: number): string | undefined {
    this.#interfaces ??= interfaceNames()
    return this.#interfaces.get(index)
  }

  #pin(fd: number, path: string): void {
    const { result } = this.#bpf.try("BPF_OBJ_PIN", OBJECT_PATH, { pathname: path, bpf_fd: fd })
    if (result < 0) throw refused(`can't pin the object (${path})`, -result)
  }

  #attach(program: number, target: number, attachType: number, flags: number): void {
    using descriptor = requireById(this.#bpf, "program", program)
    const { result } = this.#bpf.try("BPF_PROG_ATTACH", PROG_ATTACH, {
      target_fd: target,
      attach_bpf_fd: descriptor.fd,
      attach_type: attachType,
      attach_flags: flags,
    })
    if (result < 0) throw refused("failed to attach program", -result)
  }

  #detach(program: number, target: number, attachType: number): void {
    using descriptor = requireById(this.#bpf, "program", program)
    const { result } = this.#bpf.try("BPF_PROG_DETACH", PROG_ATTACH, {
      target_fd: target,
      attach_bpf_fd: descriptor.fd,
      attach_type: attachType,
    })
    if (result < 0) throw refused("failed to detach program", -result)
  }
}

function refused(action: string, number: number): SkepError {
  const { message, errno } = new LinuxCallError(action, number)
  return new SkepError(message, errno ? { errno } : {})
}

function openFolder(path: string): Disposable & { readonly fd: number } {
  try {
    const fd = openSync(path, "r")
    return { fd, [Symbol.dispose]: () => closeSync(fd) }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code as Errno | undefined
    if (code === undefined || !(code in ERRNO)) throw cause
    throw new SkepError(`can't open cgroup ${path}: ${errnoText(code)} (${code})`, { errno: code, cause })
  }
}

function interfaceNames(): Map<number, string> {
  const folder = "/sys/class/net"
  const names = new Map<number, string>()
  for (const name of readdirSync(folder))
    try {
      names.set(Number(readFileSync(`${folder}/${name}/ifindex`, "latin1")), name)
    } catch {
      // Files such as bonding_masters stand beside the interfaces, and interfaces go.
    }
  return names
}
