import { errnoNumber } from "../../base/index.ts"
import { FIB_RESULT, lookUpFib, metricOf, type NetDevice, type NetNamespace } from "../network/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable, Invocation } from "./helper.ts"
import { skbArgument, xdpArgument } from "./packet-argument.ts"

const [EINVAL, ENODEV, EAFNOSUPPORT] = [
  -errnoNumber("EINVAL"),
  -errnoNumber("ENODEV"),
  -errnoNumber("EAFNOSUPPORT"),
]
/** `struct bpf_fib_lookup`. */
const FIB = {
  ...{ family: 0, length: 6, index: 8, metric: 12, source: 16, destination: 32 },
  ...{ vlan: 48, table: 48, ownMac: 52, nextMac: 58, bytes: 64 },
} as const
/** BPF_FIB_LOOKUP_… */
const FLAG = { direct: 1, output: 2, skipsNeighbour: 4, table: 8, source: 16, mark: 32 } as const
const RT_TABLE_MAIN = 254
const [AF_INET, AF_INET6] = [2, 10]
const [LINK_HEADER, TAG_BYTES] = [14, 4]
/** BPF_MTU_CHK_SEGS, and what the helper answers. */
const SEGMENTS = 1n
const MTU = { fits: 0, tooLong: 1, segmentsTooLong: 2 } as const

/** The device that a packet is on: of a test run's without one, the loopback. */
function deviceOf(kernel: HelperKernel, context: bigint, { program }: Invocation): NetDevice {
  const { network } = kernel.core
  const own = program.type === "xdp" ? network.xdpDevice : kernel.network.skbAt(Number(context))?.device
  return own ?? network.loopback(network.current)
}

const fibLookup: HelperFunction = (kernel, [context, parameters, length, flagBits], invocation) => {
  const { memory } = kernel
  const flags = word(flagBits)
  const known = kernel.since("6.10") ? 0x3f : 0x1f
  if (word(length) < FIB.bytes || (flags & ~known) !== 0) return EINVAL
  const at = memoryArgument(kernel, parameters, BigInt(FIB.bytes))
  const family = memory.bytes[at + FIB.family]
  const width = family === AF_INET ? 4 : family === AF_INET6 ? 16 : 0
  if (width === 0) return EAFNOSUPPORT
  const { namespace } = deviceOf(kernel, context, invocation)
  const told = memory.view.getUint16(at + FIB.length, true)
  // XDP has no packet to measure: 0 is below every MTU.
  const checks = invocation.program.type === "xdp" || told !== 0
  const device = namespace.devices.get(memory.view.getUint32(at + FIB.index, true))
  if (!device) return ENODEV
  const has = (flag: number): boolean => (flags & flag) !== 0
  const answer = lookUpFib(namespace, {
    source: memory.read(at + FIB.source, width),
    destination: memory.read(at + FIB.destination, width),
    device,
    isOutput: has(FLAG.output),
    table: has(FLAG.direct) ? (has(FLAG.table) ? takeTable(kernel, at) : RT_TABLE_MAIN) : undefined,
    length: checks ? told : undefined,
  })
  if (answer.code !== FIB_RESULT.success) {
    if (answer.mtu !== undefined) memory.view.setUint16(at + FIB.length, answer.mtu, true)
    return answer.code
  }
  const { route, nextHop, mtu } = answer
  memory.view.setUint32(at + FIB.metric, metricOf(route), true)
  memory.view.setUint32(at + FIB.index, route.device.index, true)
  if (has(FLAG.source)) {
    const source = sourceOn(namespace, route.device, nextHop)
    if (source) memory.write(at + FIB.source, source)
    else if (width === 16) return FIB_RESULT.noSource
  }
  memory.write(at + FIB.destination, nextHop)
  if (!has(FLAG.skipsNeighbour)) {
    const neighbour = route.device.neighbours.find(nextHop)
    if (!neighbour) return FIB_RESULT.noNeighbour
    memory.write(at + FIB.nextMac, neighbour.mac)
    memory.write(at + FIB.ownMac, route.device.mac)
  }
  memory.view.setUint32(at + FIB.vlan, 0, true)
  if (mtu !== undefined) memory.view.setUint16(at + FIB.length, mtu, true)
  return checks ? FIB_RESULT.success : measure(kernel, context, at, route.device)
}

/** The table that the program names, in the place of what is answered of tags. */
function takeTable({ memory }: HelperKernel, at: number): number {
  const table = memory.view.getUint32(at + FIB.table, true)
  memory.view.setUint32(at + FIB.table, 0, true)
  return table
}

/** The packet itself against the device that it would leave by (is_skb_forwardable). */
function measure(kernel: HelperKernel, context: bigint, at: number, device: NetDevice): number {
  const skb = skbArgument(kernel, context)
  kernel.memory.view.setUint16(at + FIB.length, device.mtu, true)
  const isSegmented = skb.get("gso_size") !== 0
  const fits = skb.get("len") <= device.mtu + LINK_HEADER + TAG_BYTES
  return device.isUp && (fits || isSegmented) ? FIB_RESULT.success : FIB_RESULT.tooLong
}

/** What this machine calls itself on a device; of all devices where that one has no address. */
function sourceOn({ devices }: NetNamespace, device: NetDevice, to: Uint8Array): Uint8Array | undefined {
  const others = [...devices.values()].filter(({ kind }) => kind !== "loopback")
  return [device, ...others].map(each => each.addressFor(to)).find(address => address !== undefined)
}

const checkMtu: HelperFunction = (kernel, [context, index, length, difference, flags], invocation) => {
  const isXdp = invocation.program.type === "xdp"
  const at = memoryArgument(kernel, length, 4n)
  const { view } = kernel.memory
  const told = view.getUint32(at, true)
  const by = Number(BigInt.asIntN(32, difference))
  const refuse = (error: number): number => {
    // Until 6.12 an error leaves no length behind.
    if (!kernel.since("6.12")) view.setUint32(at, 0, true)
    return error
  }
  if ((flags & ~(isXdp ? 0n : SEGMENTS)) !== 0n) return refuse(EINVAL)
  if (flags !== 0n && (by !== 0 || told !== 0)) return refuse(EINVAL)
  const own = deviceOf(kernel, context, invocation)
  const device = word(index) === 0 ? own : own.namespace.devices.get(word(index))
  if (!device) return refuse(ENODEV)
  const longest = device.mtu + LINK_HEADER
  const frame = isXdp ? dataBytes(kernel, context) : skbArgument(kernel, context).get("len")
  const bytes = (told === 0 ? frame : told + LINK_HEADER) + by
  if (bytes <= longest) {
    view.setUint32(at, device.mtu, true)
    return MTU.fits
  }
  const segment = isXdp ? 0 : skbArgument(kernel, context).get("gso_size")
  // Without a transport header nobody knows how long segments become: those of test runs have none.
  if (segment !== 0 && flags !== 0n) return refuse(EINVAL)
  view.setUint32(at, device.mtu, true)
  return segment !== 0 ? MTU.fits : MTU.tooLong
}

/** Of a frame in fragments only the first piece counts. */
function dataBytes(kernel: HelperKernel, context: bigint): number {
  const { data, end } = xdpArgument(kernel, context)
  return end - data
}

/** Helpers that tell where packets would go, and whether they would fit. */
export const FORWARDING_HELPERS: HelperTable = { bpf_fib_lookup: fibLookup, bpf_check_mtu: checkMtu }
