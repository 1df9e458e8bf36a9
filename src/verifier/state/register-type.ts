/** What a register holds. The low byte is the base type; the bits above qualify it. */
export const TYPE = {
  NOT_INIT: 0,
  SCALAR: 1,
  CTX: 2,
  CONST_MAP: 3,
  MAP_VALUE: 4,
  MAP_KEY: 5,
  STACK: 6,
  PACKET_META: 7,
  PACKET: 8,
  PACKET_END: 9,
  FLOW_KEYS: 10,
  SOCKET: 11,
  SOCK_COMMON: 12,
  TCP_SOCK: 13,
  TP_BUFFER: 14,
  XDP_SOCK: 15,
  BTF_ID: 16,
  MEM: 17,
  ARENA: 18,
  BUF: 19,
  FUNC: 20,
  CONST_DYNPTR: 21,
} as const

export const FLAG = {
  MAYBE_NULL: 1 << 8,
  READ_ONLY: 1 << 9,
  RINGBUF: 1 << 10,
  USER: 1 << 11,
  PER_CPU: 1 << 12,
  UNTRUSTED: 1 << 13,
  ALLOCATED: 1 << 14,
  RCU: 1 << 15,
  TRUSTED: 1 << 16,
  NON_OWNING: 1 << 17,
  DYNPTR_SKB: 1 << 18,
  DYNPTR_XDP: 1 << 19,
  DYNPTR_LOCAL: 1 << 20,
  DYNPTR_RINGBUF: 1 << 21,
} as const

export function baseType(type: number): number {
  return type & 0xff
}

export function mayBeNull(type: number): boolean {
  return (type & FLAG.MAYBE_NULL) !== 0
}

export function isPacketPointer(type: number): boolean {
  const base = baseType(type)
  return base === TYPE.PACKET || base === TYPE.PACKET_META
}

export function isAnyPacketPointer(type: number): boolean {
  return isPacketPointer(type) || baseType(type) === TYPE.PACKET_END
}

/** Every pointer; functions and constants of maps among them. */
export function isPointer(type: number): boolean {
  return type !== TYPE.NOT_INIT && type !== TYPE.SCALAR
}

const NAMES: Readonly<Record<number, string>> = {
  [TYPE.NOT_INIT]: "?",
  [TYPE.SCALAR]: "scalar",
  [TYPE.CTX]: "ctx",
  [TYPE.CONST_MAP]: "map_ptr",
  [TYPE.MAP_VALUE]: "map_value",
  [TYPE.MAP_KEY]: "map_key",
  [TYPE.STACK]: "fp",
  [TYPE.PACKET_META]: "pkt_meta",
  [TYPE.PACKET]: "pkt",
  [TYPE.PACKET_END]: "pkt_end",
  [TYPE.FLOW_KEYS]: "flow_keys",
  [TYPE.SOCKET]: "sock",
  [TYPE.SOCK_COMMON]: "sock_common",
  [TYPE.TCP_SOCK]: "tcp_sock",
  [TYPE.TP_BUFFER]: "tp_buffer",
  [TYPE.XDP_SOCK]: "xdp_sock",
  [TYPE.BTF_ID]: "ptr_",
  [TYPE.MEM]: "mem",
  [TYPE.ARENA]: "arena",
  [TYPE.BUF]: "buf",
  [TYPE.FUNC]: "func",
  [TYPE.CONST_DYNPTR]: "dynptr_ptr",
}

const PREFIXES: readonly (readonly [number, string])[] = [
  [FLAG.READ_ONLY, "rdonly_"],
  [FLAG.RINGBUF, "ringbuf_"],
  [FLAG.USER, "user_"],
  [FLAG.PER_CPU, "percpu_"],
  [FLAG.UNTRUSTED, "untrusted_"],
  [FLAG.TRUSTED, "trusted_"],
  [FLAG.RCU, "rcu_"],
]

/** A type as logs name it: "trusted_ptr_or_null_", "map_value_or_null". */
export function typeName(type: number): string {
  const base = baseType(type)
  const prefix = PREFIXES.map(([flag, text]) => (type & flag ? text : "")).join("")
  const suffix = mayBeNull(type) ? (base === TYPE.BTF_ID ? "or_null_" : "_or_null") : ""
  return `${prefix}${NAMES[base]}${suffix}`
}
