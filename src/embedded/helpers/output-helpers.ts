import { concatBytes, errnoNumber } from "../../base/index.ts"
import type { CallArguments } from "../../engine/index.ts"
import { PerfEventArray, RingBuffer } from "../maps/index.ts"
import { SKB_PROGRAMS, SkbContext, XdpContext } from "../packets/index.ts"
import { ArgumentRefusal, hex, mapArgument, memoryArgument, ringArgument } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

const [EINVAL, EFAULT] = [-errnoNumber("EINVAL"), -errnoNumber("EFAULT")]
/** BPF_F_INDEX_MASK: what bpf_perf_event_output allows in flags for tracing programs. */
const INDEX_MASK = 0xffff_ffffn
/** BPF_F_CTXLEN_MASK: for programs that have a packet, how many bytes of it. */
const [CONTEXT_MASK, CONTEXT_SHIFT] = [0xf_ffff_0000_0000n, 32n]

/** The bytes that a program sends, which it must hold itself. */
function dataArgument(kernel: HelperKernel, address: bigint, size: bigint): Uint8Array {
  return kernel.memory.read(memoryArgument(kernel, address, size), Number(size))
}

/** The first bytes of a packet; undefined where it has fewer. */
type PacketBytes = (count: number) => Uint8Array | undefined

/** Sends a record to a perf event array, and behind it as many bytes of the packet as the flags say. */
function sendRecord(
  kernel: HelperKernel,
  [_context, address, flags, data, size]: CallArguments,
  packet: PacketBytes | undefined,
): number {
  const map = mapArgument(kernel, address)
  if (!(map instanceof PerfEventArray))
    throw new ArgumentRefusal(`map '${map.attributes.name}' is no perf_event_array`)
  const mask = packet ? INDEX_MASK | CONTEXT_MASK : INDEX_MASK
  if ((flags & ~mask) !== 0n) return EINVAL
  const bytes = dataArgument(kernel, data, size)
  const count = Number(flags >> CONTEXT_SHIFT)
  if (count === 0) return map.output(flags, bytes)
  const behind = packet?.(count)
  return behind ? map.output(flags & INDEX_MASK, concatBytes([bytes, behind])) : EFAULT
}

const perfEventOutput: HelperFunction = (kernel, args, { program, context }) => {
  const { type } = program
  const packet: PacketBytes | undefined =
    type === "xdp"
      ? count => xdpBytes(new XdpContext(kernel.memory, context), kernel, count)
      : SKB_PROGRAMS.has(type)
        ? count => skbBytes(new SkbContext(kernel.memory, context), kernel, count)
        : undefined
  return sendRecord(kernel, args, packet)
}

function xdpBytes(context: XdpContext, { memory }: HelperKernel, count: number): Uint8Array | undefined {
  if (count > context.length) return undefined
  return concatBytes(context.piecesOf(0, count).map(({ address, size }) => memory.read(address, size)))
}

function skbBytes(context: SkbContext, { memory }: HelperKernel, count: number): Uint8Array | undefined {
  return count > context.get("len") ? undefined : memory.read(context.data, count)
}

/** The same for programs that have the kernel's own structure of a packet. */
const xdpOutput: HelperFunction = (kernel, args) => {
  const buff = kernel.types.at("xdp_buff", Number(args[0]))
  const [data, end] = [buff.number("data"), buff.number("data_end")]
  return sendRecord(kernel, args, count => (count > end - data ? undefined : kernel.memory.read(data, count)))
}

const skbOutput: HelperFunction = (kernel, args) => {
  const buff = kernel.types.at("sk_buff", Number(args[0]))
  const [data, length] = [buff.number("data"), buff.number("len")]
  return sendRecord(kernel, args, count => (count > length ? undefined : kernel.memory.read(data, count)))
}

/** Gives a reserved record back to the ring buffer that it lies in. */
export function commitRecord(kernel: HelperKernel, record: bigint, discard: boolean): void {
  for (const map of kernel.maps())
    if (map instanceof RingBuffer && map.commit(Number(record), discard)) return
  throw new ArgumentRefusal(`no ring buffer has a record reserved at ${hex(record)}`)
}

function commit(discard: boolean): HelperFunction {
  return (kernel, [record]) => {
    commitRecord(kernel, record, discard)
    return 0
  }
}

/** Helpers that hand records to user space. */
export const OUTPUT_HELPERS: HelperTable = {
  bpf_perf_event_output: perfEventOutput,
  bpf_xdp_output: xdpOutput,
  bpf_skb_output: skbOutput,

  bpf_ringbuf_output: (kernel, [map, data, size, flags]) =>
    ringArgument(kernel, map).output(dataArgument(kernel, data, size), flags),

  bpf_ringbuf_reserve: (kernel, [map, size, flags]) => {
    const ring = ringArgument(kernel, map)
    return flags === 0n ? ring.reserve(Number(size)) : 0
  },

  bpf_ringbuf_submit: commit(false),
  bpf_ringbuf_discard: commit(true),
  bpf_ringbuf_query: (kernel, [map, what]) => ringArgument(kernel, map).query(what),
}
