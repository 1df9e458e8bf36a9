import { errnoNumber } from "../../base/index.ts"
import type { KernelMemory } from "../memory/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

const [EINVAL, EACCES] = [-errnoNumber("EINVAL"), -errnoNumber("EACCES")]
const TCP_HEADER = 20
/** In a TCP header: numbers, its length in the upper half of a byte, options. */
const [SEQUENCE_AT, ACKNOWLEDGED_AT, LENGTH_AT] = [4, 8, 12]
const MINUTE = 60_000_000_000n
/** Minutes that a cookie is good for (MAX_SYNCOOKIE_AGE). */
const MOST_AGE = 2
const LOW = 0xff_ffff

/** Of a version of IP: its header, where its addresses stand, and the sizes of segments that a cookie can hold. */
interface Version {
  readonly header: number
  readonly addresses: readonly [from: number, to: number]
  /** Assumed of who does not say. */
  readonly usual: number
  readonly sizes: readonly [number, number, number, number]
}

const V4: Version = { header: 20, addresses: [12, 20], usual: 536, sizes: [536, 1300, 1440, 1460] }
const V6: Version = { header: 40, addresses: [8, 40], usual: 1220, sizes: [1220, 1420, 1440, 8940] }

/** Drawn when the first cookie is made or checked. */
const secrets = new WeakMap<KernelMemory, number>()

/** What nobody else can know of a connection: 32 bits. */
function hash(kernel: HelperKernel, bytes: Uint8Array, count: number, which: number): number {
  const secret = secrets.get(kernel.memory) ?? kernel.random()
  secrets.set(kernel.memory, secret)
  let state = (secret ^ Math.imul(which + 1, 0x9e37_79b9)) >>> 0
  const mix = (value: number) => {
    state = Math.imul(state ^ value, 0x0100_0193)
    state = (state ^ (state >>> 15)) >>> 0
  }
  for (const byte of bytes) mix(byte)
  mix(count)
  mix(which)
  return state
}

interface Headers {
  /** Addresses and ports. */
  readonly ends: Uint8Array
  readonly tcp: Uint8Array
  readonly view: DataView
}

function read(kernel: HelperKernel, { header, addresses }: Version, ip: bigint, tcp: Uint8Array): Headers {
  const bytes = kernel.memory.read(memoryArgument(kernel, ip, BigInt(header)), header)
  const ends = Uint8Array.of(...bytes.subarray(...addresses), ...tcp.subarray(0, 4))
  return { ends, tcp, view: new DataView(tcp.buffer, tcp.byteOffset, tcp.length) }
}

const minutes = (kernel: HelperKernel): number => Number(kernel.clock.now() / MINUTE)

/** A cookie, with the segment size that it holds in the upper half. */
function generate(version: Version): HelperFunction {
  return (kernel, [ip, at, length]) => {
    const size = word(length)
    if (size < TCP_HEADER) return EINVAL
    const tcp = kernel.memory.read(memoryArgument(kernel, at, length), size)
    if (size !== (tcp[LENGTH_AT]! >> 4) * 4) return EINVAL
    const { ends, view } = read(kernel, version, ip, tcp)
    const told = sizeOption(tcp) || version.usual
    const index = Math.max(
      version.sizes.findLastIndex(held => told >= held),
      0,
    )
    const count = minutes(kernel)
    const low = (hash(kernel, ends, count, 1) + index) & LOW
    const cookie = (hash(kernel, ends, 0, 0) + view.getUint32(SEQUENCE_AT) + (count << 24) + low) >>> 0
    return BigInt(cookie) | (BigInt(version.sizes[index]!) << 32n)
  }
}

/** 0 when an acknowledgement brings back a cookie of the last two minutes. */
function check(version: Version): HelperFunction {
  return (kernel, [ip, at]) => {
    const tcp = kernel.memory.read(memoryArgument(kernel, at, BigInt(TCP_HEADER)), TCP_HEADER)
    const { ends, view } = read(kernel, version, ip, tcp)
    const count = minutes(kernel)
    const [cookie, sequence] = [view.getUint32(ACKNOWLEDGED_AT) - 1, view.getUint32(SEQUENCE_AT) - 1]
    const rest = (cookie - hash(kernel, ends, 0, 0) - sequence) >>> 0
    const age = (count - (rest >>> 24)) & 0xff
    if (age >= MOST_AGE) return EACCES
    const index = (rest - hash(kernel, ends, count - age, 1)) & LOW
    return index < version.sizes.length ? 0 : EACCES
  }
}

/** The largest segment that the sender says it takes; 0 where it says nothing, or cannot be read further. */
function sizeOption(tcp: Uint8Array): number {
  const [END, NOTHING, SIZE] = [0, 1, 2]
  let told = 0
  for (let at = TCP_HEADER; at < tcp.length; ) {
    const kind = tcp[at]!
    if (kind === END) break
    if (kind === NOTHING) {
      at += 1
      continue
    }
    const length = tcp[at + 1] ?? 0
    if (length < 2 || at + length > tcp.length) break
    if (kind === SIZE && length === 4) told = (tcp[at + 2]! << 8) | tcp[at + 3]! || told
    at += length
  }
  return told
}

/** Helpers of proxies that answer requests for connections themselves. */
export const RAW_SYN_COOKIE_HELPERS: HelperTable = {
  bpf_tcp_raw_gen_syncookie_ipv4: generate(V4),
  bpf_tcp_raw_gen_syncookie_ipv6: generate(V6),
  bpf_tcp_raw_check_syncookie_ipv4: check(V4),
  bpf_tcp_raw_check_syncookie_ipv6: check(V6),
}
