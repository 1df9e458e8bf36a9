import { fieldOf, type ValueLayout } from "../../btf/index.ts"
import { ArgumentRefusal, hex } from "../helpers/refusal.ts"
import type { KernelMemory } from "../memory/index.ts"

/** An object that a program has allocated. */
export interface AllocatedObject {
  readonly address: number
  readonly layout: ValueLayout
  /** 1, or one copy a CPU. */
  readonly copies: number
  readonly stride: number
}

/** What bpf_obj_new and bpf_percpu_obj_new have made and nobody has dropped yet. */
export class AllocatedObjects {
  readonly #memory: KernelMemory
  readonly #objects = new Map<number, AllocatedObject>()
  /** Objects by the addresses of the list and tree nodes in them. */
  readonly #byNode = new Map<number, AllocatedObject>()

  constructor(memory: KernelMemory) {
    this.#memory = memory
  }

  get count(): number {
    return this.#objects.size
  }

  create(layout: ValueLayout, copies = 1): number {
    const stride = Math.ceil(layout.size / 8) * 8
    const address = this.#memory.alloc(stride * copies)
    const object = { address, layout, copies, stride }
    this.#objects.set(address, object)
    for (const node of nodesOf(object)) this.#byNode.set(node, object)
    const counter = this.#counterOf(object)
    if (counter !== undefined) this.#memory.view.setUint32(counter, 1, true)
    return address
  }

  find(address: number): AllocatedObject | undefined {
    return this.#objects.get(address)
  }

  /** The object that a program passes. */
  argument(address: bigint): AllocatedObject {
    const object = this.#objects.get(Number(address))
    if (object) return object
    throw new ArgumentRefusal(`the argument ${hex(address)} is no allocated object`)
  }

  /** The object that holds the list or tree node a program passes. */
  holding(node: bigint): AllocatedObject {
    const object = this.#byNode.get(Number(node))
    if (object) return object
    throw new ArgumentRefusal(`the argument ${hex(node)} is no node of an allocated object`)
  }

  /** One more owner; false when the object cannot have several. */
  acquire(object: AllocatedObject): boolean {
    const counter = this.#counterOf(object)
    if (counter === undefined) return false
    const { view } = this.#memory
    view.setUint32(counter, view.getUint32(counter, true) + 1, true)
    return true
  }

  /** One owner less; true when it was the last. */
  release(object: AllocatedObject): boolean {
    const counter = this.#counterOf(object)
    if (counter === undefined) return true
    const { view } = this.#memory
    const left = view.getUint32(counter, true) - 1
    view.setUint32(counter, left, true)
    return left === 0
  }

  /** Gives the memory of an object without owners back. */
  free(object: AllocatedObject): void {
    this.#objects.delete(object.address)
    for (const node of nodesOf(object)) this.#byNode.delete(node)
    this.#memory.free(object.address)
  }

  #counterOf({ address, layout }: AllocatedObject): number | undefined {
    const field = fieldOf(layout, "refcount")
    return field && address + field.offset
  }
}

function nodesOf({ address, layout }: AllocatedObject): number[] {
  return layout.fields
    .filter(({ kind }) => kind === "listNode" || kind === "treeNode")
    .map(({ offset }) => address + offset)
}
