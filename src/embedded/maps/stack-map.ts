import { errnoNumber } from "../../base/index.ts"
import { numberAt } from "./index-keys.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"
import { stackTrace } from "./references/vacancies.ts"
import { VacantMap } from "./references/vacant-map.ts"

const ADDRESS_BYTES = 8

/** How a stack goes in: whether an equal hash is enough, and whether another stack gives its place up. */
export interface StoreOptions {
  readonly byHash: boolean
  readonly replace: boolean
}

/** stack_trace: call stacks, which only programs put in. The place of one follows from its addresses. */
export class StackMap extends VacantMap {
  readonly #stacks = new Map<number, { readonly hash: number; readonly addresses: readonly bigint[] }>()
  readonly #slots: number

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes, stackTrace(attributes))
    this.#slots = 2 ** Math.ceil(Math.log2(attributes.maxEntries))
  }

  /** Frames that a value has room for. */
  get depth(): number {
    return Math.floor(this.attributes.valueSize / ADDRESS_BYTES)
  }

  /** The number of a stack, or −EEXIST where another one has its place. */
  store(addresses: readonly bigint[], { byHash, replace }: StoreOptions): number {
    const kept = addresses.slice(0, this.depth)
    const hash = hashOf(kept)
    const slot = hash & (this.#slots - 1)
    const there = this.#stacks.get(slot)
    const isSame = there?.hash === hash && (byHash || sameStack(there.addresses, kept))
    if (isSame) return slot
    if (there && !replace) return -errnoNumber("EEXIST")
    this.#stacks.set(slot, { hash, addresses: kept })
    return slot
  }

  override get(key: Uint8Array): Uint8Array | undefined {
    const stack = this.#stacks.get(numberAt(key))
    if (!stack) return undefined
    const bytes = new Uint8Array(this.attributes.valueSize)
    bytes.set(new Uint8Array(BigUint64Array.from(stack.addresses).buffer))
    return bytes
  }

  override remove(key: Uint8Array): boolean {
    return this.#stacks.delete(numberAt(key)) || super.remove(key)
  }

  override delete(key: number): number {
    return this.#stacks.delete(this.memory.view.getUint32(key, true)) ? 0 : super.delete(key)
  }

  override nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    const after = key === undefined ? -1 : numberAt(key)
    const slots = [...this.#stacks.keys()].sort((a, b) => a - b)
    // A number that is past the end starts anew, as in Linux.
    const next = after >= this.#slots ? slots[0] : slots.find(slot => slot > after)
    return next === undefined ? undefined : new Uint8Array(Uint32Array.of(next).buffer)
  }
}

function sameStack(one: readonly bigint[], other: readonly bigint[]): boolean {
  return one.length === other.length && one.every((address, index) => address === other[index])
}

/** FNV-1a over the addresses: Linux has another function there, which nothing can see. */
function hashOf(addresses: readonly bigint[]): number {
  let hash = 0x811c_9dc5
  for (const address of addresses)
    for (let shift = 0n; shift < 64n; shift += 8n)
      hash = Math.imul(hash ^ Number((address >> shift) & 0xffn), 0x0100_0193)
  return hash >>> 0
}
