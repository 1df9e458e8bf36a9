import { type Errno, errnoNumber } from "../../../base/index.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { BPF_EXIST } from "../flags.ts"
import { nextIndex, numberAt } from "../index-keys.ts"
import { refusedUpdate } from "../map-base.ts"
import type { HeldSocket, MapAttributes, MapHost } from "../map-storage.ts"
import { type Vacancy, VacantMap } from "./vacant-map.ts"

/** What sets the maps of sockets apart. */
export interface SocketMapKind {
  /** The keys are 0 to max_entries − 1. */
  readonly isIndexed: boolean
  /** Programs of the map serve its sockets. */
  readonly isServing: boolean
  /** Why a socket does not go in. */
  readonly refuse: (socket: HeldSocket) => Errno | undefined
  /** Deleting what is not there. */
  readonly missing: Errno
  readonly vacancy: Vacancy
}

/** Programs that serve the sockets of a map, by attach type. */
export type SocketMapPrograms = Partial<Record<string, Attachment>>

const LARGEST_DESCRIPTOR = 0x7fffffffn

/** sockmap, sockhash and reuseport_sockarray: sockets, which user space puts in by descriptor. They go when they are closed. */
export class SocketMap extends VacantMap {
  readonly programs: SocketMapPrograms = {}
  /** Attach types whose program is there by link. */
  readonly linked = new Set<string>()
  readonly #kind: SocketMapKind
  readonly #entries = new Map<string, HeldSocket>()

  constructor(host: MapHost, id: number, attributes: MapAttributes, kind: SocketMapKind) {
    super(host, id, attributes, kind.vacancy)
    this.#kind = kind
  }

  /** The address of the socket's `struct bpf_sock` under the key at an address, or 0. */
  override lookup(key: number): number {
    return this.#entries.get(this.#keyAt(key))?.contextAddress ?? 0
  }

  /** A program puts a socket in: `value` is its address. */
  override update(key: number, value: number, flags: bigint): number {
    const socket = this.host.socketAt(value)
    return socket ? this.#put(this.#keyAt(key), socket, flags) : -errnoNumber("EINVAL")
  }

  /** Reuseport arrays have no programs. */
  get servesSockets(): boolean {
    return this.#kind.isServing
  }

  override delete(key: number): number {
    return this.#drop(this.#keyAt(key)) ? 0 : -errnoNumber(this.#kind.missing)
  }

  /** Values of 8 bytes show the socket's cookie. */
  override get(key: Uint8Array): Uint8Array | undefined {
    const socket = this.#entries.get(keyText(key))
    if (!socket || this.attributes.valueSize !== 8) return super.get(key)
    return new Uint8Array(BigUint64Array.of(socket.cookie).buffer)
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    const view = new DataView(value.buffer, value.byteOffset, value.length)
    const isWide = value.length === 8
    if (isWide && view.getBigUint64(0, true) > LARGEST_DESCRIPTOR) super.set(key, value, flags)
    const socket = this.host.socketByDescriptor(view.getInt32(0, true))
    // What is no socket is refused as by an empty map; sockets of reuseport arrays only where their place is one.
    if (!socket || (!this.#kind.isServing && numberAt(key) >= this.attributes.maxEntries))
      super.set(key, value, flags)
    const result = socket ? this.#put(keyText(key), socket, flags) : -errnoNumber("EBADF")
    if (result < 0) throw this.failNumber(result, "update")
  }

  override remove(key: Uint8Array): boolean {
    return this.#drop(keyText(key)) || super.remove(key)
  }

  override nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    if (this.#kind.isIndexed) return nextIndex(key, this.attributes.maxEntries)
    const keys = [...this.#entries.keys()]
    const next = key ? keys[keys.indexOf(keyText(key)) + 1] : keys[0]
    return next === undefined
      ? undefined
      : Uint8Array.from(
          next.split(",").filter(part => part !== ""),
          Number,
        )
  }

  override forgetOwner(owner: number): void {
    for (const [key, socket] of this.#entries) if (socket.owner === owner) this.#entries.delete(key)
  }

  #put(key: string, socket: HeldSocket, flags: bigint): number {
    const refusal = this.#kind.refuse(socket)
    if (refusal) return -errnoNumber(refusal)
    if (flags > BPF_EXIST) return -errnoNumber("EINVAL")
    const isThere = this.#entries.has(key)
    if (this.#kind.isIndexed && indexOf(key) >= this.attributes.maxEntries) return -errnoNumber("E2BIG")
    const refused = refusedUpdate(flags, isThere)
    if (refused !== 0) return refused
    if (!isThere && this.#entries.size >= this.attributes.maxEntries) return -errnoNumber("E2BIG")
    this.#entries.set(key, socket)
    if (this.#kind.isServing) socket.serve({ ...this.programs })
    return 0
  }

  /** A socket that is taken out is served no more. */
  #drop(key: string): boolean {
    const socket = this.#entries.get(key)
    if (this.#kind.isServing) socket?.serve(undefined)
    return this.#entries.delete(key)
  }

  #keyAt(address: number): string {
    return keyText(this.memory.bytes.subarray(address, address + this.attributes.keySize))
  }
}

function keyText(key: Uint8Array): string {
  return key.join(",")
}

function indexOf(key: string): number {
  return numberAt(Uint8Array.from(key.split(","), Number))
}
