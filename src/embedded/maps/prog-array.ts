import { errnoNumber, type MapError } from "../../base/index.ts"
import { ArrayMap } from "./array-map.ts"
import type { TailTarget } from "./map-storage.ts"

const ID_BYTES = 4

/**
 * prog_array: programs to tail-call, by index. User space stores a program by its id (Linux takes a descriptor
 * here, and shows the id when the slot is read). All its programs have one type, the first one's.
 */
export class ProgArray extends ArrayMap {
  readonly #programs = new Map<number, TailTarget>()
  #type: string | undefined

  /** What a tail call to this slot goes to; undefined for an empty slot or an index past the end. */
  program(index: number): TailTarget | undefined {
    return this.#programs.get(index)
  }

  programIds(): readonly number[] {
    return [...this.#programs.values()].map(({ id }) => id)
  }

  /** bpftool's name of the type that all its programs have, once there was one. */
  get ownerType(): string | undefined {
    return this.#type
  }

  /** A program that uses the map is loaded: if it is the first, its type is that of all. */
  own(type: string): void {
    this.#type ??= type
  }

  clear(): void {
    this.#programs.clear()
  }

  override get(key: Uint8Array): Uint8Array | undefined {
    const program = this.#programs.get(this.#index(key))
    if (!program) return undefined
    const bytes = new Uint8Array(ID_BYTES)
    new DataView(bytes.buffer).setUint32(0, program.id, true)
    return bytes
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    if (flags !== 0n) throw this.fail("EINVAL", "a prog_array takes no update flags")
    const id = new DataView(value.buffer, value.byteOffset).getUint32(0, true)
    const program = this.host.programById(id)
    if (!program) throw this.fail("EBADF", `there is no program with id ${id}`)
    this.put(this.#index(key), program)
  }

  /** Stores a program; throws MapError past the end (E2BIG) and for one of another type (EINVAL). */
  put(index: number, program: TailTarget): void {
    if (index >= this.attributes.maxEntries) throw this.#tooFar()
    if (this.#type !== undefined && this.#type !== program.type)
      throw this.fail(
        "EINVAL",
        `it holds ${this.#type} programs, and '${program.name}' is of type ${program.type}`,
      )
    this.#type = program.type
    this.#programs.set(index, program)
  }

  override remove(key: Uint8Array): boolean {
    const index = this.#index(key)
    if (index >= this.attributes.maxEntries) throw this.#tooFar()
    return this.#programs.delete(index)
  }

  override lookup(_key: number): number {
    return 0
  }

  override update(_key: number, _value: number, _flags: bigint): number {
    return -errnoNumber("EOPNOTSUPP")
  }

  override delete(_key: number): number {
    return -errnoNumber("EOPNOTSUPP")
  }

  #tooFar(): MapError {
    return this.fail("E2BIG", `it holds ${this.attributes.maxEntries} entries at most`)
  }

  #index(key: Uint8Array): number {
    return new DataView(key.buffer, key.byteOffset).getUint32(0, true)
  }
}
