import { errnoNumber } from "../../../base/index.ts"
import { CONTEXT_LAYOUTS } from "../../../catalog/details.ts"
import type { KernelCore } from "../../core.ts"
import { type Skb, sameBytes } from "../../network/index.ts"
import { fieldOffsets } from "../../packets/index.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { TCP, TYPE } from "../constants.ts"
import { isAny, type Socket } from "../socket.ts"

const FIELD = fieldOffsets("sk_reuseport_md")
const { size: CONTEXT } = CONTEXT_LAYOUTS.sk_reuseport_md
const SK_PASS = 1n
const TRACE_FLAGS = "..s21"

/** What the program of a running choice has chosen, by the address of its context. */
const running = new Map<number, { readonly group: readonly Socket[]; chosen: Socket | undefined }>()

/** The sockets that share a socket's port, in the order in which they were made. */
export function groupOf(kernel: KernelCore, socket: Socket): readonly Socket[] {
  const { protocol, netns, local, options } = socket
  if (!options.reusePort) return [socket]
  return [...kernel.sockets.all()].filter(
    other =>
      other.protocol === protocol &&
      other.netns === netns &&
      other.options.reusePort === 1 &&
      other.local.port === local.port &&
      sameBytes(other.local.address, local.address) &&
      (other.type === TYPE.stream ? other.state === TCP.listen : other.remote.port === 0),
  )
}

/** The one of a group that gets a packet: whom its program chooses, else one by the packet's hash. */
export function selectFromGroup(kernel: KernelCore, socket: Socket, skb: Skb): Socket | undefined {
  const group = groupOf(kernel, socket)
  if (group.length <= 1 && !socket.selector) return socket
  const attachment = group.find(member => member.selector)?.selector
  if (!attachment) return byHash(group, skb)
  if (attachment.program.type === "socket_filter") return byFilter(kernel, group, skb, attachment)
  const context = writeContext(kernel, socket, skb)
  const run = { group, chosen: undefined as Socket | undefined }
  running.set(context, run)
  const answer = kernel.run(attachment, context, { traceFlags: TRACE_FLAGS })
  running.delete(context)
  kernel.memory.free(context)
  return answer === SK_PASS ? (run.chosen ?? byHash(group, skb)) : undefined
}

function byFilter(
  kernel: KernelCore,
  group: readonly Socket[],
  skb: Skb,
  attachment: Attachment,
): Socket | undefined {
  const index = Number(kernel.run(attachment, skb.contextAddress, { traceFlags: TRACE_FLAGS }) & 0xffff_ffffn)
  return group[index] ?? byHash(group, skb)
}

/** The same packet goes to the same socket. */
function byHash(group: readonly Socket[], skb: Skb): Socket | undefined {
  return group[hashOf(skb) % group.length]
}

function hashOf(skb: Skb): number {
  const ip = skb.ipHeader()
  const bytes = [...(ip?.source ?? []), ...(ip?.destination ?? []), ...skb.bytes().subarray(0, 4)]
  return bytes.reduce((hash, byte) => (Math.imul(hash, 31) + byte) >>> 0, 7)
}

function writeContext({ memory }: KernelCore, socket: Socket, skb: Skb): number {
  const context = memory.alloc(CONTEXT)
  const { data, end } = skb.context
  const word = (field: keyof typeof FIELD, value: number) =>
    memory.view.setUint32(context + FIELD[field], value >>> 0, true)
  memory.view.setBigUint64(context + FIELD.data, BigInt(data), true)
  memory.view.setBigUint64(context + FIELD.data_end, BigInt(end), true)
  word("len", end - data)
  word("eth_protocol", skb.context.get("protocol"))
  word("ip_protocol", socket.protocol)
  word("bind_inany", isAny(socket.local.address) ? 1 : 0)
  word("hash", hashOf(skb))
  memory.view.setBigUint64(context + FIELD.sk, BigInt(socket.contextAddress), true)
  return context
}

/** bpf_sk_select_reuseport: 0 or a negative errno. */
export function chooseSocket(context: number, socket: Socket | undefined): number {
  const run = running.get(context)
  if (!run || !socket) return -errnoNumber("ENOENT")
  if (!run.group.includes(socket)) {
    const [member] = run.group
    if (member && member.protocol !== socket.protocol) return -errnoNumber("EPROTOTYPE")
    if (member && member.family !== socket.family) return -errnoNumber("EAFNOSUPPORT")
    return -errnoNumber("EBADFD")
  }
  run.chosen = socket
  return 0
}
