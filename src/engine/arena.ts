import type { OperationOf } from "../isa/index.ts"
import type { RegisterFile } from "./register-file.ts"

/**
 * Where the arena of a program lies. Its pages stand in memory one after the other; what no page has been allocated
 * for reads as zeros there. A program's casts and accesses are compiled for these numbers.
 */
export interface Arena {
  /** Of its first page in memory, and its bytes. */
  readonly address: number
  readonly size: number
  /** What user space calls its first page: all pages have the same upper half. */
  readonly user: bigint
  /** Pointers for user space get that upper half (not with BPF_F_NO_USER_CONV). */
  readonly convertsToUser: boolean
  /** In memory, a byte for each page: not 0 where it is mapped. */
  readonly pages: number
  /** 16 bytes of memory for stores to nowhere. */
  readonly sink: number
  /** Whether all of these bytes are on mapped pages, also those that user space has brought in. */
  isMapped(offset: number, bytes: number): boolean
}

export const ARENA_PAGE_BITS = 12
export const ARENA_PAGE = 2 ** ARENA_PAGE_BITS

/**
 * What casts put above the 32 bits of a pointer into an arena. Linux knows from its verifier which accesses are an
 * arena's; here the pointer tells, and an ordinary access that fails its check asks for it.
 */
export const ARENA_TAG = 2n ** 51n
/** Arithmetic on such a pointer wraps in its low half, so all of these are: `ARENA_SPAN` from the first one on. */
export const ARENA_START = 2n ** 50n
export const ARENA_SPAN = 2n ** 51n

/** How far the low half of a pointer is from its place in the arena. */
export function arenaBias({ user }: Arena): number {
  return Number(BigInt.asUintN(32, user))
}

/** The upper half that a cast gives a pointer which is not null. */
export function arenaUpperHalf({ user, convertsToUser }: Arena, to: number): bigint {
  if (to === 0) return ARENA_TAG
  return convertsToUser ? (user >> 32n) << 32n : 0n
}

/** An access of a program, with the pointer that it goes by. */
type Access = OperationOf<"load" | "loadAcquire" | "store" | "storeRelease" | "atomic">

/** What a cast leaves in its register. */
export function castPointer(
  { dst, src, to }: OperationOf<"addressSpaceCast">,
  registers: RegisterFile,
  arena: Arena | undefined,
): void {
  registers.setLow(dst, registers.low(src))
  if (arena && registers.low(dst) !== 0) registers.u64[dst]! |= arenaUpperHalf(arena, to)
}

/** The address that an access goes to. */
export function addressOf(access: Access, registers: RegisterFile, arena: Arena | undefined): number {
  const inArena = arena && arenaAddress(arena, access, registers)
  return inArena ?? registers.address(access.base, access.offset)
}

/**
 * The address in memory of an access through an arena pointer: zeros for loads of what is not mapped, and the sink for
 * what else goes there. Undefined when the pointer is no arena's.
 */
function arenaAddress(arena: Arena, access: Access, registers: RegisterFile): number | undefined {
  const { base, offset, size, kind } = access
  if (BigInt.asUintN(64, registers.u64[base]! - ARENA_START) >= ARENA_SPAN) return undefined
  const place = registers.low(base) + offset - arenaBias(arena)
  if (place >= 0 && place + size <= arena.size && isThere(arena, access, place)) return arena.address + place
  return kind === "load" || kind === "loadAcquire" ? 0 : arena.sink
}

/** Unmapped pages hold zeros, so a load needs to ask only where it reaches over two of them. */
function isThere(arena: Arena, { kind, size }: Access, place: number): boolean {
  const isLoad = kind === "load" || kind === "loadAcquire"
  return (isLoad && (place % ARENA_PAGE) + size <= ARENA_PAGE) || arena.isMapped(place, size)
}
