import { attachType, type ProgramTypeName, programType } from "../../catalog/index.ts"
import {
  type AttachPoint,
  BPF_ATTRIBUTES,
  type BpfCall,
  type BpfCommand,
  type Structure,
  usedSize,
  type Values,
} from "../../kernel/index.ts"
import { kernelName, type ProgramSpec } from "../../object/index.ts"
import type { MapStorage } from "../maps/index.ts"
import { linkCall } from "./link-call.ts"

const { LINK_UPDATE, MAP_CREATE, MAP_ELEMENT, PROG_LOAD } = BPF_ATTRIBUTES
/** Behind standard input, output and error. */
const FIRST_DESCRIPTOR = 3
/** Passed by pointer. */
const SOMEWHERE = new Uint8Array()

/** What BPF_PROG_LOAD was asked and answered. */
export interface ProgramLoad {
  readonly spec: ProgramSpec
  readonly type: ProgramTypeName
  readonly instructions: number
  readonly license: string
  readonly kernelVersion: number
  readonly attachType: string | undefined
  readonly btfId: number | undefined
  readonly flags: number
  readonly log: { readonly level: number; readonly size: number }
  readonly errno: number
}

/**
 * Writes down the calls of bpf(2) that a loader would make for what this kernel does: maps made, filled and frozen, programs loaded,
 * also those that are refused, and attachments that succeed. Descriptors count up as those of a loader that closes none.
 */
export class BpfLog {
  readonly #onCall: (call: BpfCall) => void
  readonly #maps = new WeakMap<MapStorage, number>()
  readonly #programs = new Map<number, number>()
  readonly #links = new Map<number, number>()
  #lastDescriptor = FIRST_DESCRIPTOR - 1

  constructor(onCall: (call: BpfCall) => void) {
    this.#onCall = onCall
  }

  mapCreated(map: MapStorage): void {
    const { name, type, keySize, valueSize, maxEntries, flags, extra, numaNode } = map.attributes
    const fd = this.#descriptor()
    this.#maps.set(map, fd)
    const values = {
      map_type: type,
      key_size: keySize,
      value_size: valueSize,
      max_entries: maxEntries,
      map_flags: flags,
      ...(numaNode !== undefined && { numa_node: numaNode }),
      map_name: kernelName(name),
      ...(extra !== 0n && { map_extra: extra }),
    }
    this.#tell("BPF_MAP_CREATE", MAP_CREATE, values, fd)
  }

  mapFilled(map: MapStorage): void {
    const values = { map_fd: this.#maps.get(map) ?? 0, key: SOMEWHERE, value: SOMEWHERE, flags: 0 }
    this.#tell("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, values, 0)
  }

  mapFrozen(map: MapStorage): void {
    this.#tell("BPF_MAP_FREEZE", MAP_ELEMENT, { map_fd: this.#maps.get(map) ?? 0 }, 0)
  }

  /** `id` is the program's, where it was taken. */
  programLoaded(id: number, { spec, log, ...load }: ProgramLoad): void {
    const values = {
      prog_type: programType(load.type)?.number ?? 0,
      insn_cnt: load.instructions,
      insns: SOMEWHERE,
      license: load.license,
      ...(log.level !== 0 && { log_level: log.level, log_size: log.size, log_buf: SOMEWHERE }),
      ...(load.kernelVersion !== 0 && { kern_version: load.kernelVersion }),
      ...(load.flags !== 0 && { prog_flags: load.flags }),
      prog_name: kernelName(spec.name),
      ...(load.attachType !== undefined && {
        expected_attach_type: attachType(load.attachType)?.number ?? 0,
      }),
      ...(load.btfId !== undefined && { attach_btf_id: load.btfId }),
    }
    const result = load.errno === 0 ? this.#descriptor() : -load.errno
    if (load.errno === 0) this.#programs.set(id, result)
    this.#tell("BPF_PROG_LOAD", PROG_LOAD, values, result)
  }

  /** Ways that are no calls of bpf(2) (netlink, sockets) say nothing. `link` is 0 for what is none; `interfaceIndex` is that of a device's name. */
  attached(
    program: { readonly id: number; readonly attachType: string | undefined },
    point: AttachPoint,
    link: number,
    interfaceIndex: (name: string) => number,
  ): void {
    const call = linkCall(program.attachType, point, {
      program: this.#programs.get(program.id) ?? 0,
      isLink: link !== 0,
      // What a program is attached to is opened first.
      open: () => this.#descriptor(),
      interfaceIndex,
    })
    if (!call) return
    const result = call.isLink ? this.#descriptor() : 0
    this.#links.set(link, result)
    this.#tell(call.command, call.structure, call.values, result)
  }

  /** Another program has taken the place of the one on a link. */
  updated(link: number, program: number): void {
    const values = { link_fd: this.#links.get(link) ?? 0, new_prog_fd: this.#programs.get(program) ?? 0 }
    this.#tell("BPF_LINK_UPDATE", LINK_UPDATE, { ...values, flags: 0 }, 0)
  }

  #tell<S extends Structure>(command: BpfCommand, structure: S, values: Values<S>, result: number): void {
    this.#onCall({ command, structure, values, size: usedSize(structure, values), result })
  }

  #descriptor(): number {
    return ++this.#lastDescriptor
  }
}
