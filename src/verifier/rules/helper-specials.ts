import { isKnown, isNull } from "../domain/index.ts"
import { LOG_LEVEL } from "../log/log.ts"
import { ERRNO, Rejection, reject } from "../reject.ts"
import { markPrecise } from "../state/precision.ts"
import type { Register } from "../state/register.ts"
import { FLAG, TYPE, typeName } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import {
  enterFindVma,
  enterLoop,
  enterMapElement,
  enterTimer,
  enterUserRingbuf,
  pushAsyncCallback,
  pushCallback,
} from "./callbacks.ts"
import { noteDynptr, writeThroughDynptr } from "./dynptrs/helpers.ts"
import { checkReferences, refuseInRegions } from "./exit.ts"
import type { HelperCall } from "./helper-call.ts"
import { MAP_TYPE } from "./map-types.ts"
import { noteTailCallMap } from "./tail-calls.ts"

/** What single helpers ask for or do beyond their prototypes. */
export function specialHelper(walk: Walk, call: HelperCall): void {
  const { registers } = currentFrame(walk.state)
  const { target, type, attachType } = walk.program
  switch (call.name) {
    case "bpf_tail_call":
      if (call.map?.type !== MAP_TYPE.PROG_ARRAY)
        reject(walk, ERRNO.EINVAL, "kernel subsystem misconfigured verifier")
      checkTailCall(walk)
      noteTailCallIndex(walk, call)
      return
    case "bpf_get_local_storage":
      if (!(registers[2]!.type === TYPE.SCALAR && isNull(registers[2]!.scalar)))
        reject(walk, ERRNO.EINVAL, "get_local_storage() doesn't support non-zero flags", "argument-value")
      return
    case "bpf_for_each_map_elem":
      pushCallback(walk, call.callback, enterMapElement(call.map))
      return
    case "bpf_timer_set_callback":
      pushAsyncCallback(walk, call.callback, enterTimer)
      return
    case "bpf_find_vma":
      pushCallback(walk, call.callback, enterFindVma(walk))
      return
    case "bpf_user_ringbuf_drain":
      pushCallback(walk, call.callback, enterUserRingbuf)
      return
    case "bpf_loop":
      loop(walk, call)
      return
    case "bpf_dynptr_from_mem":
      if (registers[1]!.type !== TYPE.MAP_VALUE)
        reject(
          walk,
          ERRNO.EACCES,
          `Unsupported reg type ${typeName(registers[1]!.type)} for bpf_dynptr_from_mem data`,
          "return-value",
        )
      return
    case "bpf_dynptr_data":
      noteDynptr(walk, call)
      return
    case "bpf_dynptr_write":
      if (writeThroughDynptr(walk, call)) call.movesPacket = true
      return
    case "bpf_per_cpu_ptr":
    case "bpf_this_cpu_ptr":
      notePerCpuObject(registers[1]!, call)
      return
    case "bpf_set_retval":
      if (type === "lsm" && attachType === "lsm_cgroup" && target?.returnsVoid)
        reject(
          walk,
          ERRNO.EINVAL,
          "BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!",
          "return-value",
        )
      return
  }
}

/** Memory of each processor that the program allocated, and read from a map inside an RCU section. */
function notePerCpuObject({ type }: Register, call: HelperCall): void {
  call.perCpuObject = (type & FLAG.RCU) !== 0
}

/** The next program does not know what this one holds. */
function checkTailCall(walk: Walk): void {
  try {
    checkReferences(walk)
  } catch (error) {
    if (error instanceof Rejection)
      reject(walk, error.errno, "tail_call would lead to reference leak", "reference-leak")
    throw error
  }
  if (walk.rules.tailCallsOutsideRegions) refuseInRegions(walk, "tail_call")
}

/** A constant index makes a direct jump: other paths must bring the same. */
function noteTailCallIndex(walk: Walk, { map }: HelperCall): void {
  noteTailCallMap(walk, map)
  const { scalar, type } = currentFrame(walk.state).registers[3]!
  if (type !== TYPE.SCALAR || !isKnown(scalar) || !map) return
  if (scalar.nearValue >= 0 && scalar.nearValue < map.maxEntries) markPrecise(walk, 3)
}

/** The kernel writes the loop out where flags are 0 and the callback is one: as long as that is so, 0 is needed. */
function noteLoopFlags(walk: Walk, { callback }: HelperCall): void {
  const { scalar, type } = currentFrame(walk.state).registers[4]!
  const known = walk.inlinedLoops.get(walk.at)
  if (known !== undefined && known !== callback) return
  const isZero = type === TYPE.SCALAR && isNull(scalar)
  if (isZero) markPrecise(walk, 4)
  walk.inlinedLoops.set(walk.at, isZero ? callback : -1)
}

/** The number of rounds decides whether the callback is called once more. */
function loop(walk: Walk, call: HelperCall): void {
  noteLoopFlags(walk, call)
  if (!walk.rules.repeatedCallbacks) {
    pushCallback(walk, call.callback, enterLoop)
    return
  }
  markPrecise(walk, 1)
  const frame = currentFrame(walk.state)
  if (frame.callbackDepth < frame.registers[1]!.scalar.nearUmax) {
    pushCallback(walk, call.callback, enterLoop)
    return
  }
  frame.callbackDepth = 0
  if (walk.log.level & LOG_LEVEL.STATES)
    walk.log.line(`frame${frame.number} bpf_loop iteration limit reached`)
}
