import { isKnown, isNull, type Scalar, signed, U64_MAX } from "../domain/index.ts"
import type { Register } from "../state/register.ts"
import { baseType, FLAG, mayBeNull, TYPE } from "../state/register-type.ts"

/** What is known of a register, in words. */
export function describe(register: Register): string {
  const { type } = register
  if (type === TYPE.NOT_INIT) return "nothing was written to it"
  if (type === TYPE.SCALAR) return describeNumber(register.scalar)
  const what = pointee(register)
  const nullable = mayBeNull(type) ? ", or null" : ""
  return `${what}${place(register)}${nullable}`
}

const S64_MIN = -(1n << 63n)
const S64_MAX = (1n << 63n) - 1n

export function describeNumber(scalar: Scalar): string {
  if (isKnown(scalar)) return `the number ${signed(scalar.bits.value)}`
  const { umin, umax, smin, smax } = scalar
  if (umin === 0n && umax === U64_MAX && smin === S64_MIN && smax === S64_MAX) return "any number"
  if (smin >= 0n || umax <= S64_MAX) return `a number from ${number(umin)} to ${number(umax)}`
  return `a number from ${number(smin)} to ${number(smax)}, negative ones among them`
}

const NAMED: ReadonlyMap<bigint, string> = new Map([
  [U64_MAX, "2^64-1"],
  [S64_MAX, "2^63-1"],
  [S64_MIN, "-2^63"],
  [0xffff_ffffn, "2^32-1"],
  [0x7fff_ffffn, "2^31-1"],
  [-0x8000_0000n, "-2^31"],
])

/** Decimal, but powers of two by name where nobody knows their digits. */
export function number(value: bigint): string {
  const exact = NAMED.get(value)
  if (exact !== undefined) return exact
  for (const [end, name] of NAMED) {
    const distance = value - end
    if (distance !== 0n && distance > -256n && distance < 256n)
      return `${name}${distance > 0n ? "+" : ""}${distance}`
  }
  return String(value)
}

function pointee(register: Register): string {
  const { type, map } = register
  switch (baseType(type)) {
    case TYPE.CTX:
      return "the context"
    case TYPE.CONST_MAP:
      return `the map ${map?.name ?? ""}`.trimEnd()
    case TYPE.MAP_VALUE:
      return `a pointer to a value of map ${map?.name} (${map?.valueSize} bytes)`
    case TYPE.MAP_KEY:
      return `a pointer to a key of map ${map?.name} (${map?.keySize} bytes)`
    case TYPE.STACK:
      return "a pointer to the stack"
    case TYPE.PACKET:
      return "a pointer into the packet"
    case TYPE.PACKET_META:
      return "a pointer into the packet's metadata"
    case TYPE.PACKET_END:
      return "the packet's end"
    case TYPE.FLOW_KEYS:
      return "a pointer to struct bpf_flow_keys"
    case TYPE.SOCKET:
      return "a pointer to struct bpf_sock"
    case TYPE.SOCK_COMMON:
      return "a pointer to the common fields of struct bpf_sock"
    case TYPE.TCP_SOCK:
      return "a pointer to struct bpf_tcp_sock"
    case TYPE.XDP_SOCK:
      return "a pointer to struct bpf_xdp_sock"
    case TYPE.TP_BUFFER:
      return "a pointer to a tracepoint's writable buffer"
    case TYPE.BTF_ID:
      return `${trust(register)} to ${structName(register)}`
    case TYPE.MEM:
      return `a pointer to ${register.range} bytes of ${type & FLAG.READ_ONLY ? "read-only " : ""}memory`
    case TYPE.BUF:
      return `a pointer to a ${type & FLAG.READ_ONLY ? "read-only " : ""}buffer`
    case TYPE.FUNC:
      return "the address of a function of the program"
    case TYPE.ARENA:
      return "a pointer into an arena"
    default:
      return "a dynptr"
  }
}

function trust({ type, refId }: Register): string {
  if (type & FLAG.USER) return "a pointer in user memory"
  if (type & FLAG.PER_CPU) return "a per-CPU pointer"
  if (type & FLAG.UNTRUSTED) return "an untrusted pointer"
  if (type & FLAG.RCU) return "a pointer that RCU protects"
  if (type & FLAG.TRUSTED) return "a trusted pointer"
  if (refId !== 0) return "an acquired pointer"
  return "a pointer, not known to be valid,"
}

export function structName({ btf, btfId }: Register): string {
  const type = btf?.type(btfId)
  const name = type && "name" in type ? type.name : ""
  return name ? `struct ${name}` : "a kernel structure"
}

/** Where in its memory a pointer stands: " at offset 14", " at offset 4 to 259". */
function place({ type, off, scalar }: Register): string {
  const isStack = baseType(type) === TYPE.STACK
  if (isKnown(scalar) || isNull(scalar)) {
    const at = BigInt(off) + signed(scalar.bits.value)
    if (isStack) return ` at fp${at < 0n ? at : `+${at}`}`
    return at === 0n ? "" : ` at offset ${at}`
  }
  return ` at an offset from ${number(BigInt(off) + scalar.smin)} to ${number(BigInt(off) + scalar.smax)}`
}
