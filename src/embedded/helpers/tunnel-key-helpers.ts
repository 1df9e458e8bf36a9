import { errnoNumber } from "../../base/index.ts"
import type { KernelMemory } from "../memory/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"

const [EINVAL, EPROTO] = [-errnoNumber("EINVAL"), -errnoNumber("EPROTO")]
const [ENOENT, ENOMEM] = [-errnoNumber("ENOENT"), -errnoNumber("ENOMEM")]
/** BPF_F_TUNINFO_IPV6, and what a key is set with. */
const FLAG = { ipv6: 1n, zeroChecksum: 2n, dontFragment: 4n, sequence: 8n, noKey: 16n } as const
/** BPF_F_TUNINFO_FLAGS, of who reads: the same number as BPF_F_NO_TUNNEL_KEY. */
const WANTS_FLAGS = 16n
const SETTABLE = FLAG.ipv6 | FLAG.zeroChecksum | FLAG.dontFragment | FLAG.sequence
/** `struct bpf_tunnel_key`, and the sizes that it once had: one of them IPv4's alone. */
const AT = { id: 0, remote: 4, tos: 20, ttl: 21, extension: 22, label: 24, local: 28 } as const
const BYTES = 44
const [ONLY_V4, ...OLDER] = [8, 22, 24, 28]
const MOST_OPTIONS = 255
const LABEL = 0xf_ffff
/** TUNNEL_… as wire order has them: checksum, key, sequence, don't fragment, no cache, and options of whatever kind. */
const ON_WIRE = { checksum: 1, key: 4, sequence: 8, dontFragment: 0x100, noCache: 0x2000, options: 0xd800 }

/** What a tunnel's device is to send a packet with. */
interface TunnelKey {
  readonly isV6: boolean
  readonly id: number
  readonly tos: number
  readonly ttl: number
  readonly label: number
  readonly flags: number
  readonly remote: Uint8Array
  readonly local: Uint8Array
  options: Uint8Array
}

/**
 * The key that was set last: packets only refer to it, as a CPU has one for all of them. No device of the model sends
 * with it (`external` ones), others leave it alone.
 */
const keys = new WeakMap<KernelMemory, TunnelKey>()

const set: HelperFunction = (kernel, [context, from, size, flags]) => {
  const skb = skbArgument(kernel, context)
  const bytes = new Uint8Array(BYTES)
  const length = word(size)
  const known = kernel.since("6.3") ? SETTABLE | FLAG.noKey : SETTABLE
  if ((flags & ~known) !== 0n) return EINVAL
  if (length !== BYTES && length !== ONLY_V4 && !OLDER.includes(length)) return EINVAL
  bytes.set(kernel.memory.read(memoryArgument(kernel, from, size), length))
  const view = new DataView(bytes.buffer)
  const isV6 = (flags & FLAG.ipv6) !== 0n
  const label = view.getUint32(AT.label, true)
  if ((!isV6 && label !== 0) || view.getUint16(AT.extension, true) !== 0) return EINVAL
  const bit = (isSet: boolean, mask: number) => (isSet ? mask : 0)
  const has = (flag: bigint) => (flags & flag) !== 0n
  keys.set(kernel.memory, {
    isV6,
    id: view.getUint32(AT.id, true),
    tos: bytes[AT.tos]!,
    ttl: bytes[AT.ttl]!,
    label: label & LABEL,
    flags:
      ON_WIRE.noCache |
      bit(!has(FLAG.zeroChecksum), ON_WIRE.checksum) |
      bit(has(FLAG.dontFragment), ON_WIRE.dontFragment) |
      bit(has(FLAG.sequence), ON_WIRE.sequence) |
      bit(!has(FLAG.noKey), ON_WIRE.key),
    remote: bytes.slice(AT.remote, AT.remote + (isV6 ? 16 : 4)),
    local: bytes.slice(AT.local, AT.local + (isV6 ? 16 : 4)),
    options: new Uint8Array(0),
  })
  skb.hasTunnelKey = true
  return 0
}

/** Written for packets that came through a tunnel: of a key that was set just now, the ends are the other way round. */
const get: HelperFunction = (kernel, [context, to, size, flags]) => {
  const at = memoryArgument(kernel, to, size)
  const length = word(size)
  kernel.memory.bytes.fill(0, at, at + length)
  const key = skbArgument(kernel, context).hasTunnelKey ? keys.get(kernel.memory) : undefined
  if (!key || (flags & ~(FLAG.ipv6 | WANTS_FLAGS)) !== 0n) return EINVAL
  if (key.isV6 !== ((flags & FLAG.ipv6) !== 0n)) return EPROTO
  const isKnown = length === BYTES || OLDER.includes(length) || (length === ONLY_V4 && !key.isV6)
  if (!isKnown) return EINVAL
  const bytes = new Uint8Array(BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(AT.id, key.id, true)
  view.setUint8(AT.tos, key.tos)
  view.setUint8(AT.ttl, key.ttl)
  if ((flags & WANTS_FLAGS) !== 0n)
    view.setUint16(AT.extension, key.flags | (key.options.length > 0 ? ON_WIRE.options : 0))
  view.setUint32(AT.label, key.label, true)
  bytes.set(key.local, AT.remote)
  bytes.set(key.remote, AT.local)
  kernel.memory.write(at, bytes.subarray(0, length))
  return 0
}

/** Options of the tunnel's header, in whole words. */
const setOptions: HelperFunction = (kernel, [context, from, size]) => {
  const key = skbArgument(kernel, context).hasTunnelKey ? keys.get(kernel.memory) : undefined
  const bytes = kernel.memory.read(memoryArgument(kernel, from, size), word(size))
  if (!key || bytes.length % 4 !== 0) return EINVAL
  if (bytes.length > MOST_OPTIONS) return ENOMEM
  key.options = bytes
  return 0
}

const getOptions: HelperFunction = (kernel, [context, to, size]) => {
  const at = memoryArgument(kernel, to, size)
  kernel.memory.bytes.fill(0, at, at + word(size))
  const key = skbArgument(kernel, context).hasTunnelKey ? keys.get(kernel.memory) : undefined
  if (!key || key.options.length === 0) return ENOENT
  if (word(size) < key.options.length) return ENOMEM
  kernel.memory.write(at, key.options)
  return key.options.length
}

/** Helpers that tell a tunnel's device how to send a packet, and what one came with. */
export const TUNNEL_KEY_HELPERS: HelperTable = {
  bpf_skb_set_tunnel_key: set,
  bpf_skb_get_tunnel_key: get,
  bpf_skb_set_tunnel_opt: setOptions,
  bpf_skb_get_tunnel_opt: getOptions,
}
