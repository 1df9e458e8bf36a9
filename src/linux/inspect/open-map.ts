import { errnoNumber } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { MapFacts, OpenMap } from "../../kernel/index.ts"
import { MAP_ELEMENT } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import type { Descriptor } from "../ffi/descriptor.ts"
import {
  bytesOfValue,
  deleteElement,
  mapFailure,
  nextElementKey,
  type RawMap,
  takeElement,
  tryLookup,
  updateElement,
} from "../maps/map-elements.ts"
import { requireById } from "./object-store.ts"

/** A map of whichever process, by raw bytes. */
export class OpenLinuxMap implements OpenMap {
  readonly facts: MapFacts
  readonly #descriptor: Descriptor
  readonly #raw: RawMap

  constructor(bpf: Bpf, descriptor: Descriptor, facts: MapFacts, cpus: number) {
    const { id, name, keySize, valueSize, type } = facts
    const valueBytes = bytesOfValue(mapType(type)?.name ?? "", valueSize, cpus)
    this.facts = facts
    this.#descriptor = descriptor
    this.#raw = { bpf, fd: descriptor.fd, id, name, keySize, valueBytes }
  }

  get valueBytes(): number {
    return this.#raw.valueBytes
  }

  lookup(key: Uint8Array): Uint8Array | { readonly errno: number } {
    return tryLookup(this.#raw, key)
  }

  take(key: Uint8Array): Uint8Array | undefined {
    return takeElement(this.#raw, key)
  }

  update(key: Uint8Array, value: Uint8Array, flags: number): void {
    updateElement(this.#raw, key, value, flags)
  }

  updateReference(key: Uint8Array, kind: "map" | "program", id: number, flags: number): void {
    using target = requireById(this.#raw.bpf, kind, id)
    this.update(key, new Uint8Array(Uint32Array.of(target.fd).buffer), flags)
  }

  delete(key: Uint8Array): void {
    if (!deleteElement(this.#raw, key)) throw mapFailure(this.#raw, "delete", errnoNumber("ENOENT"))
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    return nextElementKey(this.#raw, key)
  }

  freeze(): void {
    const { bpf, fd } = this.#raw
    const { result } = bpf.try("BPF_MAP_FREEZE", MAP_ELEMENT, { map_fd: fd })
    if (result < 0) throw mapFailure(this.#raw, "freeze", -result)
  }

  [Symbol.dispose](): void {
    this.#descriptor.close()
  }
}
