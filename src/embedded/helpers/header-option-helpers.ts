import { errnoNumber } from "../../base/index.ts"
import { SOCK_OPS, SOCK_OPS_FIELD, type SockOpsRun } from "../sockets/index.ts"
import { ArgumentRefusal, memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperTable, Invocation } from "./helper.ts"

const [EPERM, EINVAL, EFAULT] = [-errnoNumber("EPERM"), -errnoNumber("EINVAL"), -errnoNumber("EFAULT")]
const [ENOSPC, EEXIST] = [-errnoNumber("ENOSPC"), -errnoNumber("EEXIST")]
const [ENOENT, ENOMSG] = [-errnoNumber("ENOENT"), -errnoNumber("ENOMSG")]
const TCP_HEADER = 20
/** Kinds of options: the end, padding, and the two of experiments, which a magic of 2 or 4 bytes tells apart (RFC 6994). */
const [END, NOTHING] = [0, 1]
const EXPERIMENTS: readonly number[] = [253, 254]
const LEAST = 2n
/** BPF_LOAD_HDR_OPT_TCP_SYN. */
const FROM_SYN = 1n

/** What a program on an event of a TCP socket knows besides its context. */
export function sockOpsRun({ group }: Invocation): SockOpsRun {
  if (group?.hook === "cgroup_sock_ops") return group.state as SockOpsRun
  throw new ArgumentRefusal("the context is none of an event of a TCP socket")
}

/** Where an option stands among others; −ENOMSG when it is not there, −EFAULT when they are damaged. */
function find(options: Uint8Array, kind: number, magic: Uint8Array): number {
  for (let at = 0; at < options.length; ) {
    const here = options[at]!
    if (here === END) return ENOMSG
    if (here === NOTHING) {
      at += 1
      continue
    }
    const length = options[at + 1] ?? 0
    if (length < 2 || at + length > options.length) return EFAULT
    if (here === kind && magic.length > length - 2 && magic.length > 0) return ENOMSG
    if (here === kind && magic.every((byte, index) => options[at + 2 + index] === byte)) return at
    at += length
  }
  return ENOMSG
}

const isPadding = (kind: number): boolean => kind === NOTHING || kind === END

/** The length of the option that was found, which stands where the question stood. */
const load: HelperFunction = (kernel, [, search, length, flags], invocation) => {
  const at = memoryArgument(kernel, search, length)
  const { header, operation, syn } = sockOpsRun(invocation)
  if (length < LEAST || (flags & ~FROM_SYN) !== 0n) return EINVAL
  const room = word(length)
  const question = kernel.memory.read(at, room)
  const [kind, size] = [question[0]!, question[1]!]
  if (size > room || isPadding(kind)) return EINVAL
  if (EXPERIMENTS.includes(kind) ? size !== 4 && size !== 6 : size !== 0) return EINVAL
  let options: Uint8Array
  if (flags === FROM_SYN) {
    if (!syn) return ENOENT
    options = syn.transport.subarray(TCP_HEADER)
  } else {
    if (!header || operation === SOCK_OPS.reserveOptions) return EPERM
    options = kernel.memory.read(header.at + TCP_HEADER, header.end - header.at - TCP_HEADER)
  }
  const found = find(options, kind, question.subarray(2, Math.max(size, 2)))
  if (found < 0) return found
  const option = options.subarray(found, found + options[found + 1]!)
  kernel.memory.write(at, option.subarray(0, room))
  return option.length > room ? ENOSPC : option.length
}

/** An option behind those that the header has; none of its kind may be there. */
const store: HelperFunction = (kernel, [context, from, length, flags], invocation) => {
  const at = memoryArgument(kernel, from, length)
  const { header, operation } = sockOpsRun(invocation)
  if (!header || operation !== SOCK_OPS.writeOptions) return EPERM
  if (length < LEAST || flags !== 0n) return EINVAL
  const given = kernel.memory.read(at, word(length))
  const [kind, size] = [given[0]!, given[1]!]
  if (size > given.length || isPadding(kind)) return EINVAL
  if (size > header.room) return ENOSPC
  const isExperiment = EXPERIMENTS.includes(kind)
  if (isExperiment && size < 4) return EINVAL
  const options = kernel.memory.read(header.at + TCP_HEADER, header.end - header.at - TCP_HEADER)
  const found = find(options, kind, given.subarray(2, isExperiment ? 4 : 2))
  if (found >= 0) return EEXIST
  if (found !== ENOMSG) return found
  kernel.memory.write(header.end, given.subarray(0, size))
  header.room -= size
  header.end += size
  const endAt = Number(context) + SOCK_OPS_FIELD.skb_data_end
  kernel.memory.view.setBigUint64(endAt, BigInt(header.end), true)
  return 0
}

const reserve: HelperFunction = (_kernel, [, length, flags], invocation) => {
  const { header, operation } = sockOpsRun(invocation)
  if (!header || operation !== SOCK_OPS.reserveOptions) return EPERM
  if (flags !== 0n || word(length) < LEAST) return EINVAL
  if (word(length) > header.room) return ENOSPC
  header.room -= word(length)
  return 0
}

/** Helpers that read and write options of TCP headers. */
export const HEADER_OPTION_HELPERS: HelperTable = {
  bpf_load_hdr_opt: load,
  bpf_store_hdr_opt: store,
  bpf_reserve_hdr_opt: reserve,
}
