import { errnoName, MapError } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { MapFacts, OpenMap } from "../../kernel/index.ts"
import { MAP_ELEMENT, MAP_NEXT_KEY } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { errorText } from "../ffi/call-error.ts"
import type { Descriptor } from "../ffi/descriptor.ts"
import { Scratch } from "../ffi/scratch.ts"
import { requireById } from "./object-store.ts"

const ENOENT = 2

/** Types with a value for each CPU; of percpu_cgroup_storage too. */
export function isPerCpu(type: number): boolean {
  return mapType(type)?.name.includes("percpu") ?? false
}

/** A map of whichever process, by raw bytes. */
export class OpenLinuxMap implements OpenMap {
  readonly facts: MapFacts
  readonly valueBytes: number
  readonly #bpf: Bpf
  readonly #descriptor: Descriptor

  constructor(bpf: Bpf, descriptor: Descriptor, facts: MapFacts, cpus: number) {
    this.#bpf = bpf
    this.#descriptor = descriptor
    this.facts = facts
    this.valueBytes = isPerCpu(facts.type) ? Math.ceil(facts.valueSize / 8) * 8 * cpus : facts.valueSize
  }

  lookup(key: Uint8Array): Uint8Array | { readonly errno: number } {
    using scratch = new Scratch(this.#bpf.native)
    const value = scratch.allocate(this.valueBytes)
    const { result } = this.#bpf.try("BPF_MAP_LOOKUP_ELEM", MAP_ELEMENT, {
      map_fd: this.#descriptor.fd,
      ...this.#key(key),
      value: value.address,
    })
    return result < 0 ? { errno: -result } : value.bytes.slice()
  }

  take(key: Uint8Array): Uint8Array | undefined {
    using scratch = new Scratch(this.#bpf.native)
    const value = scratch.allocate(this.valueBytes)
    const { result } = this.#bpf.try("BPF_MAP_LOOKUP_AND_DELETE_ELEM", MAP_ELEMENT, {
      map_fd: this.#descriptor.fd,
      ...this.#key(key),
      value: value.address,
    })
    if (result === -ENOENT) return undefined
    if (result < 0) throw this.#fail("pop failed", -result)
    return value.bytes.slice()
  }

  update(key: Uint8Array, value: Uint8Array, flags: number): void {
    const { result } = this.#bpf.try("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, {
      map_fd: this.#descriptor.fd,
      ...this.#key(key),
      value,
      ...(flags !== 0 && { flags }),
    })
    if (result < 0) throw this.#fail("update failed", -result)
  }

  updateReference(key: Uint8Array, kind: "map" | "program", id: number, flags: number): void {
    using target = requireById(this.#bpf, kind, id)
    this.update(key, new Uint8Array(Uint32Array.of(target.fd).buffer), flags)
  }

  delete(key: Uint8Array): void {
    const { result } = this.#bpf.try("BPF_MAP_DELETE_ELEM", MAP_ELEMENT, {
      map_fd: this.#descriptor.fd,
      ...this.#key(key),
    })
    if (result < 0) throw this.#fail("delete failed", -result)
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    using scratch = new Scratch(this.#bpf.native)
    const next = scratch.allocate(this.facts.keySize)
    const { result } = this.#bpf.try("BPF_MAP_GET_NEXT_KEY", MAP_NEXT_KEY, {
      map_fd: this.#descriptor.fd,
      key: key ?? 0n,
      next_key: next.address,
    })
    if (result === -ENOENT) return undefined
    if (result < 0) throw this.#fail("can't get next key", -result)
    return next.bytes.slice()
  }

  freeze(): void {
    const { result } = this.#bpf.try("BPF_MAP_FREEZE", MAP_ELEMENT, { map_fd: this.#descriptor.fd })
    if (result < 0) throw this.#fail("failed to freeze map", -result)
  }

  [Symbol.dispose](): void {
    this.#descriptor.close()
  }

  /** Queues and stacks refuse a key, even of no bytes. */
  #key(key: Uint8Array): { readonly key?: Uint8Array } {
    return key.length > 0 ? { key } : {}
  }

  #fail(action: string, number: number): MapError {
    const errno = errnoName(number)
    const { id, name } = this.facts
    const text = `map ${id} '${name}': ${action}: ${errorText(number)}${errno ? ` (${errno})` : ""}`
    return new MapError(text, errno ? { errno } : {})
  }
}
