import { type TypeId, VOID } from "../../btf/index.ts"
import { between, UNKNOWN } from "../domain/index.ts"
import { ERRNO, reject, unsupported } from "../reject.ts"
import { type Register, setNotInit, setPointer, setScalar } from "../state/register.ts"
import { FLAG, mayBeNull, TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { nextId, type Walk } from "../walk/walk.ts"
import type { HelperCall } from "./helper-call.ts"
import { acquireReference } from "./invalidate.ts"
import { giveKptr } from "./kptrs/exchange.ts"
import { MAP_TYPE } from "./map-types.ts"

/** Casts give another view of the socket that was passed, whose reference is theirs. */
const CASTS = new Set([
  "bpf_tcp_sock",
  "bpf_sk_fullsock",
  "bpf_skc_to_tcp_sock",
  "bpf_skc_to_tcp6_sock",
  "bpf_skc_to_udp6_sock",
  "bpf_skc_to_mptcp_sock",
  "bpf_skc_to_tcp_timewait_sock",
  "bpf_skc_to_tcp_request_sock",
])

/** What r0 holds after a call. */
export function giveHelperResult(walk: Walk, call: HelperCall): void {
  const r0 = currentFrame(walk.state).registers[0]!
  const { returns } = call.prototype
  const nullable = returns.nullable ? FLAG.MAYBE_NULL : 0
  const pointer = (type: number) => setPointer(r0, type | nullable)
  switch (returns.kind) {
    case "integer":
      setScalar(r0, UNKNOWN, !walk.privileges.bpf)
      break
    case "void":
      setNotInit(r0)
      break
    case "mapValue":
      if (!call.map) reject(walk, ERRNO.EINVAL, "kernel subsystem misconfigured verifier", "map-helper")
      pointer(TYPE.MAP_VALUE)
      r0.map = call.map
      r0.mapUid = call.mapUid
      if (!nullable && call.map.fields.some(field => field.kind === "spinLock")) r0.id = nextId(walk)
      break
    case "socket":
      pointer(TYPE.SOCKET)
      break
    case "socketCommon":
      pointer(TYPE.SOCK_COMMON)
      break
    case "tcpSocket":
      pointer(TYPE.TCP_SOCK)
      break
    case "ringbufMemory":
      pointer(TYPE.MEM | FLAG.RINGBUF)
      r0.range = call.memorySize
      break
    case "dynptrMemory":
      pointer(TYPE.MEM)
      r0.range = call.memorySize
      break
    case "btfPointer":
      pointer(TYPE.BTF_ID | (returns.trusted ? FLAG.TRUSTED : 0))
      r0.btf = walk.kernel.btf
      r0.btfId = structId(walk, returns.type)
      break
    case "perCpuValue":
      perCpuValue(walk, call, r0, nullable)
      break
    case "kptr":
      giveKptr(walk, call, r0)
      break
    default:
      returns.kind satisfies never
  }
  if (mayBeNull(r0.type)) r0.id = nextId(walk)
  if (call.name === "bpf_dynptr_data") {
    r0.dynptrId = call.dynptrId
    r0.refId = call.refId
  } else if (CASTS.has(call.name)) r0.refId = call.refId
  else if (acquires(call)) {
    r0.id = acquireReference(walk)
    r0.refId = r0.id
  }
  refine(walk, call, r0)
}

function acquires({ prototype, name, map }: HelperCall): boolean {
  if (prototype.returns.acquire) return true
  return name === "bpf_map_lookup_elem" && (map?.type === MAP_TYPE.SOCKMAP || map?.type === MAP_TYPE.SOCKHASH)
}

function structId(walk: Walk, name: string | undefined): number {
  const id = name === undefined ? undefined : walk.kernel.btf.find(name, "struct")
  if (id === undefined) unsupported(`results of type struct ${name}`)
  return id
}

/** A variable that each processor has, or memory of each processor that the program allocated. */
function perCpuValue(walk: Walk, call: HelperCall, r0: Register, nullable: number): void {
  const { btf, id } = call.variable!
  if (call.perCpuObject) {
    setPointer(r0, TYPE.BTF_ID | FLAG.ALLOCATED | FLAG.RCU)
    r0.btf = btf
    r0.btfId = id
    return
  }
  const type = btf.resolve(id as TypeId)
  if (type !== VOID && btf.kindOf(type) === "struct") {
    setPointer(r0, TYPE.BTF_ID | nullable)
    r0.btf = btf
    r0.btfId = type
    return
  }
  const size = type === VOID ? 0 : btf.sizeOf(type)
  if (size === 0) reject(walk, ERRNO.EINVAL, "unable to resolve the size of type '': -22", "argument-type")
  setPointer(r0, TYPE.MEM | FLAG.READ_ONLY | nullable)
  r0.range = size
}

/** Helpers that give how many bytes they wrote, or a negative error. */
const GIVE_LENGTH = new Set([
  "bpf_get_stack",
  "bpf_get_task_stack",
  "bpf_probe_read_str",
  "bpf_probe_read_kernel_str",
  "bpf_probe_read_user_str",
])
const MOST_ERRNO = 4095

function refine(walk: Walk, call: HelperCall, r0: Register): void {
  if (GIVE_LENGTH.has(call.name)) r0.scalar = between(-MOST_ERRNO, Number(BigInt.asIntN(32, call.mostBytes)))
  else if (call.name === "bpf_get_smp_processor_id") r0.scalar = between(0, (walk.kernel.cpus ?? 1) - 1)
}
