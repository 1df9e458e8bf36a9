// Helpers, functions of the program, callbacks and tail calls.
import { MAP, programArray } from "./maps.mjs"
import { keptScalar, limit, unknownInto } from "./scalars.mjs"

const TRACING = new Set(["kprobe", "tracepoint", "perf_event", "raw_tracepoint"])
const PACKETS = new Set(["socket_filter", "sched_cls", "cgroup_skb"])

function buffer(scope, at, bytes) {
  for (let offset = 0; offset < bytes; offset += 8) scope.put(`*(u64 *)(r10 ${at + offset}) = 0`)
  for (let byte = at; byte < at + bytes; byte++) scope.written.add(byte)
}

/** Memory and its size, known or within limits. */
function sized(scope, pointer, size, at, bytes, away) {
  const { random } = scope
  buffer(scope, at, bytes)
  if (random.chance(2)) {
    const length = scope.slips(10) ? bytes + 8 : 1 + random.below(bytes)
    scope.put(`r${pointer} = r10`, `r${pointer} += ${at}`, `r${size} = ${length}`)
    return
  }
  unknownInto(scope, size)
  limit(scope, size, bytes, away)
  if (!scope.slips(3)) scope.put(`if r${size} == 0 goto ${away}`)
  scope.put(`r${pointer} = r10`, `r${pointer} += ${at}`)
}

function helper(scope) {
  const { random, type } = scope
  const away = scope.label()
  const isTracing = TRACING.has(type.name)
  const isPacket = PACKETS.has(type.name)
  switch (random.below(8)) {
    case 0:
      sized(scope, 1, 2, -320, 32, away)
      scope.put("call bpf_trace_printk")
      break
    case 1:
      if (!isTracing && !scope.slips(4)) break
      sized(scope, 1, 2, -320, 32, away)
      scope.put(`r3 = ${random.below(4096)}`, "call bpf_probe_read_kernel")
      break
    case 2:
      if (!isPacket && !scope.slips(6)) break
      sized(scope, 3, 4, -320, 32, away)
      scope.put("r1 = r6", `r2 = ${random.below(40)}`, "call bpf_skb_load_bytes")
      break
    case 3:
      sized(scope, 1, 2, -320, 16, away)
      scope.put("call bpf_get_current_comm")
      break
    case 4:
      scope.put(
        random.pick([
          "call bpf_get_smp_processor_id",
          "call bpf_get_current_pid_tgid",
          "call bpf_get_current_uid_gid",
          "call bpf_jiffies64",
          "call bpf_get_numa_node_id",
        ]),
      )
      if (random.chance(2)) {
        const target = keptScalar(scope)
        if (target !== undefined) scope.put(`r${target} = r0`)
      }
      break
    case 5:
      if (type.name === "cgroup_sock_addr" && !scope.slips(6)) break
      sized(scope, 4, 5, -320, 32, away)
      scope.put(
        "r1 = r6",
        `r2 = map[fd:${MAP.events}]`,
        `r3 = ${random.pick([0, 0xffffffff])} ll`,
        "call bpf_perf_event_output",
      )
      break
    case 6: {
      buffer(scope, -320, 32)
      scope.put(
        "r1 = r10",
        "r1 += -320",
        `r2 = ${random.pick([4, 16, 32, scope.slips(4) ? 40 : 8])}`,
        "r3 = 0",
        "r4 = 0",
        "r5 = 0",
      )
      scope.put(isPacket || type.name === "xdp" || scope.slips(6) ? "call bpf_csum_diff" : "r0 = 0")
      break
    }
    default:
      scope.put(`r1 = map[fd:${MAP.ring}]`, "r2 = 0", "call bpf_ringbuf_query")
  }
  scope.put(`${away}:`)
}

function tailCall(scope) {
  const { random } = scope
  if (!random.chance(3)) return
  const map = scope.slips(12) ? MAP.array : programArray(scope.type)
  scope.put("r1 = r6", `r2 = map[fd:${map}]`, `r3 = ${random.below(3)}`, "call bpf_tail_call")
}

/** A function behind the program, with numbers, and perhaps a pointer to the caller's stack. */
function subprogram(scope) {
  const { random } = scope
  const name = scope.label()
  const takesPointer = random.chance(2)
  if (takesPointer) buffer(scope, -320, 16)
  scope.put(`r1 = ${random.below(100)}`)
  scope.put(...(takesPointer ? ["r2 = r10", "r2 += -320"] : ["r2 = 5"]))
  scope.put(`call ${name}`)
  if (random.chance(2)) {
    const target = keptScalar(scope)
    if (target !== undefined) scope.put(`r${target} = r0`)
  }
  scope.functions.push(() => {
    const before = { written: scope.written, kept: scope.kept, isMain: scope.isMain, inLoop: scope.inLoop }
    Object.assign(scope, { written: new Set(), kept: new Map(), isMain: false, inLoop: false })
    scope.put(`${name}:`)
    const isKept = random.chance(2)
    if (isKept) scope.put("r6 = r1")
    if (takesPointer)
      scope.put(random.chance(2) ? "r3 = *(u64 *)(r2 +8)" : `*(u32 *)(r2 +${scope.slips(12) ? 16 : 4}) = r1`)
    scope.body(1 + random.below(2))
    scope.put(isKept ? "r0 = r6" : `r0 = ${random.below(9)}`)
    if (scope.slips(40)) scope.put("r0 = r10")
    scope.put("exit")
    Object.assign(scope, before)
  })
}

/** bpf_loop with a context on the stack. */
function callback(scope) {
  const { random } = scope
  if (scope.inLoop) return
  const name = scope.label()
  buffer(scope, -320, 16)
  scope.put(
    `r1 = ${random.pick([1, 4, 100])}`,
    `r2 = subprog[${name}]`,
    "r3 = r10",
    "r3 += -320",
    `r4 = ${scope.slips(20) ? 1 : 0}`,
    "call bpf_loop",
  )
  scope.functions.push(() => {
    const before = { written: scope.written, kept: scope.kept, isMain: scope.isMain, inLoop: scope.inLoop }
    Object.assign(scope, { written: new Set(), kept: new Map(), isMain: false, inLoop: false })
    scope.put(`${name}:`)
    scope.put(`r3 = *(u64 *)(r2 +${scope.slips(12) ? 16 : 8})`, "r3 += r1", "*(u64 *)(r2 +0) = r3")
    if (random.chance(2)) scope.body(1)
    scope.put(`r0 = ${scope.slips(16) ? 2 : random.below(2)}`, "exit")
    Object.assign(scope, before)
  })
}

export const callFragments = [
  [6, helper],
  [1, tailCall],
  [3, subprogram],
  [2, callback],
]
