import type { ArgumentKind } from "../../catalog/details.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import { FLAG, TYPE, typeName } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { checkUnmoved } from "./context.ts"

const TRUSTED_BTF = TYPE.BTF_ID | FLAG.TRUSTED
const MEMORY = [
  TYPE.STACK,
  TYPE.PACKET,
  TYPE.PACKET_META,
  TYPE.MAP_KEY,
  TYPE.MAP_VALUE,
  TYPE.MEM,
  TYPE.MEM | FLAG.RINGBUF,
  TYPE.BUF,
  TRUSTED_BTF,
]
const SOCKETS = [TYPE.SOCK_COMMON, TYPE.SOCKET, TYPE.TCP_SOCK, TYPE.XDP_SOCK]

/** The types of register that each kind of argument takes, in the order in which messages list them. */
const COMPATIBLE: Readonly<Partial<Record<ArgumentKind, readonly number[]>>> = {
  scalar: [TYPE.SCALAR],
  size: [TYPE.SCALAR],
  sizeOrZero: [TYPE.SCALAR],
  allocationSize: [TYPE.SCALAR],
  context: [TYPE.CTX],
  mapPointer: [TYPE.CONST_MAP],
  mapKey: MEMORY,
  mapValue: MEMORY,
  memory: MEMORY,
  constString: [TYPE.MAP_VALUE],
  spinLock: [TYPE.MAP_VALUE, TYPE.BTF_ID | FLAG.ALLOCATED],
  timer: [TYPE.MAP_VALUE],
  callback: [TYPE.FUNC],
  stack: [TYPE.STACK],
  btfPointer: [TYPE.BTF_ID, TRUSTED_BTF, TYPE.BTF_ID | FLAG.RCU],
  socketCommon: SOCKETS,
  socket: [TYPE.SOCKET],
  btfSocketCommon: [...SOCKETS, TYPE.BTF_ID, TRUSTED_BTF],
  perCpuVariable: [
    TYPE.BTF_ID | FLAG.PER_CPU,
    TYPE.BTF_ID | FLAG.PER_CPU | FLAG.RCU,
    TYPE.BTF_ID | FLAG.PER_CPU | FLAG.TRUSTED,
  ],
  ringbufMemory: [TYPE.MEM | FLAG.RINGBUF],
  dynptr: [TYPE.STACK, TYPE.CONST_DYNPTR],
  kptrField: [TYPE.MAP_VALUE, TYPE.BTF_ID | FLAG.ALLOCATED],
  kptr: [TYPE.BTF_ID, TRUSTED_BTF, TYPE.BTF_ID | FLAG.RCU],
}

export interface ArgumentShape {
  readonly kind: ArgumentKind
  readonly nullable: boolean
  /** Read-only memory will do. */
  readonly readOnly: boolean
}

const KEYS_AND_VALUES: ReadonlySet<ArgumentKind> = new Set(["mapKey", "mapValue"])
const SINCE_TRUST = FLAG.TRUSTED | FLAG.RCU | FLAG.ALLOCATED

/** Before 6.2 pointers were not told apart by trust, and keys and values lay in memory of five kinds. */
function typesOf({ rules }: Walk, kind: ArgumentKind): readonly number[] | undefined {
  const types = COMPATIBLE[kind]
  if (rules.trust) return types
  if (KEYS_AND_VALUES.has(kind)) return MEMORY.slice(0, 5)
  return types?.filter(type => (type & SINCE_TRUST) === 0)
}

const DYNPTR_FLAGS = FLAG.DYNPTR_LOCAL | FLAG.DYNPTR_RINGBUF | FLAG.DYNPTR_SKB | FLAG.DYNPTR_XDP

/** Refuses a register whose type the argument does not take. */
export function checkArgumentType(
  walk: Walk,
  number: number,
  register: Register,
  shape: ArgumentShape,
): void {
  const types = typesOf(walk, shape.kind)
  if (!types) throw new Error(`BUG: arguments of kind ${shape.kind} have no types`)
  let { type } = register
  if (shape.readOnly) type &= ~FLAG.READ_ONLY
  if (shape.nullable) type &= ~FLAG.MAYBE_NULL
  if (shape.kind === "memory") type &= ~DYNPTR_FLAGS
  if (shape.kind === "kptr" && type & FLAG.ALLOCATED) type &= ~(FLAG.ALLOCATED | FLAG.PER_CPU)
  if (!walk.rules.trust) type &= ~(FLAG.TRUSTED | FLAG.RCU)
  if (types.includes(type)) return
  const expected = types.map(typeName).join(", ")
  reject(
    walk,
    ERRNO.EACCES,
    `R${number} type=${typeName(register.type)} expected=${expected}`,
    "argument-type",
  )
}

/** Pointers that may stand anywhere in their memory when they are passed. */
const MOVABLE = new Set<number>([
  TYPE.STACK,
  TYPE.PACKET,
  TYPE.PACKET_META,
  TYPE.MAP_KEY,
  TYPE.MAP_VALUE,
  TYPE.MEM,
  TYPE.MEM | FLAG.READ_ONLY,
  TYPE.MEM | FLAG.RINGBUF,
  TYPE.BUF,
  TYPE.BUF | FLAG.READ_ONLY,
  TYPE.ARENA,
  TYPE.SCALAR,
])

/** Pointers that may stand at a known distance from the start. */
const SHIFTABLE = new Set<number>([
  TYPE.BTF_ID,
  TYPE.BTF_ID | FLAG.ALLOCATED,
  TRUSTED_BTF,
  TYPE.BTF_ID | FLAG.RCU,
  TYPE.BTF_ID | FLAG.ALLOCATED | FLAG.NON_OWNING,
  TYPE.BTF_ID | FLAG.ALLOCATED | FLAG.NON_OWNING | FLAG.RCU,
])

/** How far from its start a pointer may stand when it is passed. */
export function checkArgumentOffset(walk: Walk, number: number, register: Register): void {
  if (!MOVABLE.has(register.type)) checkUnmoved(walk, number, register, SHIFTABLE.has(register.type))
}
