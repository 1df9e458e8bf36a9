import { fieldOf, type SpecialField, type ValueLayout } from "../../btf/index.ts"
import type { Clock } from "../clock.ts"
import type { KernelMemory } from "../memory/index.ts"
import { type AllocatedObject, AllocatedObjects } from "./allocated-objects.ts"
import { Collections } from "./collections.ts"
import { type CallbackRunner, DeferredCalls } from "./deferred-calls.ts"

export interface FieldHost {
  readonly memory: KernelMemory
  readonly clock: Clock
  readonly runCallback: CallbackRunner
  /** Gives back a reference to an object of the kernel's own, by the name of its struct. */
  releaseKernelObject(struct: string, address: number): void
}

/** What special fields of map values and allocated objects hold, and how it goes again. */
export class SpecialFields {
  readonly objects: AllocatedObjects
  readonly collections: Collections
  readonly calls: DeferredCalls
  /** Objects of the kernel's own that programs hold, and of what kind each is. */
  readonly held = new Map<number, string>()
  readonly #host: FieldHost

  constructor(host: FieldHost) {
    this.#host = host
    this.objects = new AllocatedObjects(host.memory)
    this.collections = new Collections(host.memory)
    const run: CallbackRunner = (kind, callback, args) => host.runCallback(kind, callback, args)
    this.calls = new DeferredCalls(host.memory, host.clock, run)
  }

  /** Frees what the fields of a value hold and leaves them empty (bpf_obj_free_fields). */
  release(layout: ValueLayout, value: number): void {
    for (const field of layout.fields) this.#releaseField(layout, field, value + field.offset)
  }

  /** One owner less; the last one takes the object's own fields with it. */
  drop(object: AllocatedObject): void {
    if (!this.objects.release(object)) return
    for (let copy = 0; copy < object.copies; copy++)
      this.release(object.layout, object.address + copy * object.stride)
    this.objects.free(object)
  }

  #releaseField(layout: ValueLayout, field: SpecialField, at: number): void {
    const { kind } = field
    switch (kind) {
      case "timer":
      case "workqueue":
        this.calls.drop(at)
        break
      case "pointer":
        this.#releasePointer(field, at)
        break
      case "listHead":
      case "treeRoot":
        // The kernel refuses a list without a lock beside it.
        if (!fieldOf(layout, "spinLock")) break
        for (const node of this.collections.drain(at, kind === "listHead" ? "list" : "tree"))
          this.#dropAt(node - field.nodeOffset)
        break
      case "spinLock":
      case "refcount":
      case "listNode":
      case "treeNode":
        break
      default:
        kind satisfies never
    }
  }

  #releasePointer(field: Extract<SpecialField, { kind: "pointer" }>, at: number): void {
    const { view } = this.#host.memory
    const held = Number(view.getBigUint64(at, true))
    view.setBigUint64(at, 0n, true)
    if (held === 0 || field.ownership === "untrusted") return
    const { pointee } = field
    if (pointee.owner === "kernel") this.#host.releaseKernelObject(pointee.name, held)
    else this.#dropAt(held)
  }

  /** Nothing is there when a program that no verifier has seen put a number into the field. */
  #dropAt(address: number): void {
    const object = this.objects.find(address)
    if (object) this.drop(object)
  }
}
