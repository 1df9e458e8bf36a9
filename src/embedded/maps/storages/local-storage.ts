import { errnoNumber } from "../../../base/index.ts"
import { clearFields } from "../../fields/index.ts"
import { BPF_EXIST } from "../flags.ts"
import { numberAt } from "../index-keys.ts"
import { refusedUpdate } from "../map-base.ts"
import type { MapAttributes, MapHost } from "../map-storage.ts"
import { UnkeyedMap } from "../unkeyed-map.ts"

/** Where the kernel object stands that user space names by an id; undefined when there is none. */
export type OwnerById = (id: number) => number | undefined

/**
 * task_storage, sk_storage, inode_storage and cgrp_storage: a value for each owner, which goes with it. Programs name the
 * owner by the address of its kernel object; user space by an id: a task's is its process id (Linux takes a pidfd),
 * a socket's and an inode's a descriptor.
 */
export class LocalStorage extends UnkeyedMap {
  protected readonly refusals = { update: "EOPNOTSUPP", delete: "EOPNOTSUPP" } as const
  /** The address of a value, by that of its owner. */
  readonly #values = new Map<number, number>()
  readonly #ownerById: OwnerById

  constructor(host: MapHost, id: number, attributes: MapAttributes, ownerById: OwnerById) {
    super(host, id, attributes)
    this.#ownerById = ownerById
  }

  /** The address of the owner's value, 0 when it has none. */
  of(owner: number): number {
    return this.#values.get(owner) ?? 0
  }

  /** Makes the value of an owner that has none, from the bytes at `initial` or of zeros. */
  create(owner: number, initial: number): number {
    const address = this.memory.alloc(this.attributes.valueSize)
    if (initial !== 0) this.copyValue(address, initial)
    this.#values.set(owner, address)
    return address
  }

  /** 0, or −ENOENT when the owner has no value. */
  drop(owner: number): number {
    const address = this.#values.get(owner)
    if (address === undefined) return -errnoNumber("ENOENT")
    this.releaseValue(address)
    this.memory.free(address)
    this.#values.delete(owner)
    return 0
  }

  override forgetOwner(owner: number): void {
    this.drop(owner)
  }

  override get(key: Uint8Array): Uint8Array | undefined {
    const address = this.of(this.#owner(key))
    if (address === 0) return undefined
    const bytes = this.memory.read(address, this.attributes.valueSize)
    clearFields(bytes, this.attributes.layout)
    return bytes
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    const owner = this.#owner(key)
    this.checkValue(value)
    const known = this.of(owner)
    const refused = flags > BPF_EXIST ? -errnoNumber("EINVAL") : refusedUpdate(flags, known !== 0)
    if (refused !== 0) throw this.failNumber(refused, "update")
    this.replaceValue(known === 0 ? this.create(owner, 0) : known, value)
  }

  override remove(key: Uint8Array): boolean {
    return this.drop(this.#owner(key)) === 0
  }

  nextKey(_key: Uint8Array | undefined): Uint8Array | undefined {
    throw this.fail("ENOTSUPP", "its keys cannot be walked")
  }

  override close(): void {
    for (const owner of [...this.#values.keys()]) this.drop(owner)
    super.close()
  }

  #owner(key: Uint8Array): number {
    const id = numberAt(key)
    const owner = this.#ownerById(id)
    if (owner === undefined) throw this.fail("EBADF", `there is nothing with id ${id} that has a value here`)
    return owner
  }
}
