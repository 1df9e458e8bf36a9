import { ARENA_PAGE } from "../../../engine/index.ts"
import { hasFlag } from "../flags.ts"
import type { MapAttributes, MapHost } from "../map-storage.ts"
import { ArenaPages } from "./arena-pages.ts"
import { VacantMap } from "./vacant-map.ts"

/** Where user space ends, less the last page, which nobody gets. */
const USER_END = 2n ** 47n - BigInt(ARENA_PAGE)

/** arena: memory that programs and processes share, page by page. Programs are loaded when it is mapped. */
export class ArenaMap extends VacantMap {
  #pages: ArenaPages | undefined

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes, {
      keys: "EOPNOTSUPP",
      lookup: "EINVAL",
      update: () => "EOPNOTSUPP",
      delete: () => "EOPNOTSUPP",
    })
  }

  /** Its pages. */
  get pages(): ArenaPages {
    if (!this.#pages) throw this.fail("EINVAL", "arena's user address must be set via map_extra or mmap()")
    return this.#pages
  }

  get endsProcessOnFault(): boolean {
    return hasFlag(this.attributes.flags, "SEGV_ON_FAULT")
  }

  /** What mmap(2) does: from now on it has addresses. Throws MapError where it cannot be. */
  map(data: Uint8Array | undefined): void {
    const { maxEntries: count, extra: user } = this.attributes
    if (user + BigInt(count * ARENA_PAGE) > USER_END)
      throw this.fail("ENOMEM", `failed to map the arena at 0x${user.toString(16)}`)
    const convertsToUser = !hasFlag(this.attributes.flags, "NO_USER_CONV")
    const growsByTouch = !this.endsProcessOnFault
    this.#pages = new ArenaPages(this.memory, { count, user, convertsToUser, growsByTouch })
    if (data) this.write(0, data)
  }

  /** The bytes at a place, as user space reads them. */
  read(offset: number, length: number): Uint8Array {
    this.#touch(offset, length)
    return this.pages.bytes.subarray(offset, offset + length)
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#touch(offset, bytes.length)
    this.pages.bytes.set(bytes, offset)
  }

  /** What programs know a global variable by: its address in user space. */
  override valueAddress(offset: number): number {
    return Number(this.pages.user) + offset
  }

  override window(_size: number): Uint8Array {
    return this.pages.handOut()
  }

  override close(): void {
    this.#pages?.close()
    super.close()
  }

  #touch(offset: number, length: number): void {
    if (length > 0 && !this.pages.touch(offset, length))
      throw this.fail(
        "EFAULT",
        "touching a page that no program has allocated ends the process (SIGSEGV)",
        "take the flag BPF_F_SEGV_ON_FAULT away",
      )
  }
}
