import { UNKNOWN } from "../domain/index.ts"
import { printsSteps } from "../log/log.ts"
import { writeFrame } from "../log/state-text.ts"
import type { MapFacts } from "../program.ts"
import { ERRNO, reject, unsupported } from "../reject.ts"
import { type Frame, NO_CALLER, newFrame } from "../state/frame.ts"
import { cloneRegister, type Register, setPointer, setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { currentFrame, newState } from "../state/state.ts"
import { pushBranch, putAside } from "../walk/branches.ts"
import { nextId, type Walk } from "../walk/walk.ts"
import { setNode, setNonOwning } from "./graphs/ownership.ts"
import type { GraphRoot } from "./graphs/root.ts"
import { enter, setFramePointer } from "./subprogram-call.ts"

/** Fills in the arguments that a callback is called with. */
export type Entry = (walk: Walk, caller: Frame, callee: Frame) => void

/**
 * A function of the program that a helper calls any number of times: its walk is put aside, and the path goes on
 * behind the call. When the callback returns, the call is walked again, until a stored state covers it.
 */
export function pushCallback(walk: Walk, subprogram: number, fill: Entry): void {
  const callee = walk.subprograms[subprogram]!
  callee.isCallback = true
  if (!walk.rules.repeatedCallbacks) {
    prepareCallback(walk, subprogram, fill)
    return
  }
  const state = pushBranch(walk, callee.start, walk.at)
  const caller = currentFrame(state)
  const frame = enter(walk, state, subprogram, walk.at)
  frame.inCallback = true
  frame.returnRange = { min: 0, max: 1 }
  fill(walk, caller, frame)
  state.callbackDepth++
  caller.callbackDepth++
  currentFrame(walk.state).callbackDepth = 0
}

/** Before 6.7 a callback was walked once, like a function that is called; the call goes on first. */
function prepareCallback(walk: Walk, subprogram: number, fill: Entry): void {
  const caller = currentFrame(walk.state)
  const frame = enter(walk, walk.state, subprogram, walk.at)
  frame.inCallback = true
  frame.returnRange = { min: 0, max: 1 }
  fill(walk, caller, frame)
  walk.state.frames.pop()
  walk.enteredCallback = frame
}

/** Goes on in the callback that a call prepared. */
export function enterCallback(walk: Walk): void {
  const frame = walk.enteredCallback
  if (!frame) return
  walk.enteredCallback = undefined
  const caller = currentFrame(walk.state)
  walk.state.frames.push(frame)
  walk.at = walk.subprograms[frame.subprogram]!.start - 1
  if (!printsSteps(walk.log)) return
  walk.log.write("caller:\n")
  writeFrame(walk, caller, true)
  walk.log.write("callee:\n")
  writeFrame(walk, frame, true)
}

/** A function that runs later, on its own. */
export function pushAsyncCallback(walk: Walk, subprogram: number, fill: Entry, sleepable = false): void {
  const callee = walk.subprograms[subprogram]!
  callee.isCallback = true
  callee.isAsyncCallback = true
  const caller = currentFrame(walk.state)
  const frame = newFrame(NO_CALLER, 0, subprogram)
  setFramePointer(frame)
  const state = newState(frame)
  state.sleepable = sleepable
  frame.inAsyncCallback = true
  frame.returnRange = { min: 0, max: 1 }
  frame.asyncEntries = caller.asyncEntries + 1
  fill(walk, caller, frame)
  putAside(walk, state, callee.start, walk.at)
}

function keyAndValue(frame: Frame, map: MapFacts, mapUid: number): void {
  const key = frame.registers[2]!
  setPointer(key, TYPE.MAP_KEY)
  const value = frame.registers[3]!
  setPointer(value, TYPE.MAP_VALUE)
  for (const each of [key, value]) {
    each.map = map
    each.mapUid = mapUid
  }
}

export function enterMapElement(map: MapFacts | undefined): Entry {
  return (walk, caller, callee) => {
    if (!map) reject(walk, ERRNO.EINVAL, "callback function not allowed for map", "callback")
    if (!walk.rules.severalElementMaps) checkSameMap(walk, map)
    callee.registers[1] = cloneRegister(caller.registers[1]!)
    keyAndValue(callee, map, caller.registers[1]!.mapUid)
    callee.registers[4] = cloneRegister(caller.registers[3]!)
  }
}

/** The kernel takes its words from the other call that needs to know its map. */
function checkSameMap(walk: Walk, map: MapFacts): void {
  const known = walk.elementMaps.get(walk.at)
  if (known && known !== map) reject(walk, ERRNO.EINVAL, "tail_call abusing map_ptr", "callback")
  walk.elementMaps.set(walk.at, map)
}

export const enterLoop: Entry = (walk, caller, callee) => {
  setScalar(callee.registers[1]!, UNKNOWN, !walk.privileges.bpf)
  callee.registers[2] = cloneRegister(caller.registers[3]!)
}

/** The comparison of a tree's nodes: both belong to the tree, and neither is the caller's. */
export function enterComparison(root: GraphRoot): Entry {
  return (walk, _caller, callee) => {
    for (const number of [1, 2]) {
      setNode(callee.registers[number]!, root)
      setNonOwning(walk, callee.registers[number]!)
    }
  }
}

export const enterTimer: Entry = (_walk, caller, callee) => {
  const { map, mapUid } = caller.registers[1]!
  const first = callee.registers[1]!
  setPointer(first, TYPE.CONST_MAP)
  first.map = map
  first.mapUid = mapUid
  keyAndValue(callee, map!, mapUid)
}

export function enterFindVma(walk: Walk): Entry {
  const id = walk.kernel.btf.find("vm_area_struct", "struct")
  return (_walk, caller, callee) => {
    callee.registers[1] = cloneRegister(caller.registers[1]!)
    const area: Register = callee.registers[2]!
    setPointer(area, TYPE.BTF_ID)
    area.btf = walk.kernel.btf
    area.btfId = id ?? unsupported("kernels without struct vm_area_struct")
    callee.registers[3] = cloneRegister(caller.registers[4]!)
  }
}

export const enterUserRingbuf: Entry = (walk, caller, callee) => {
  const dynptr = callee.registers[1]!
  setPointer(dynptr, TYPE.CONST_DYNPTR)
  dynptr.dynptr = { kind: "local", first: true }
  dynptr.id = nextId(walk)
  callee.registers[2] = cloneRegister(caller.registers[3]!)
}
