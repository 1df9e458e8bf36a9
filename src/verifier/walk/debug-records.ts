import type { Btf, LineInfo, TypeId } from "../../btf/index.ts"
import { ERRNO, reject, rejectUnended } from "../reject.ts"
import type { Subprogram } from "./subprograms.ts"
import type { Walk } from "./walk.ts"

// What BPF_PROG_LOAD asks of the records that stand beside the code, func_info and line_info, before it walks anything.
// Loaders give none without BTF.

const RULE = "debug-records"

/** What can be said of func_info without the code: places ascend from 0, types are functions. */
export function checkFunctionRecords(walk: Walk): void {
  const { btf, funcInfo } = walk.program
  if (!btf) return
  funcInfo.forEach(({ at, type }, index) => {
    checkPlace(walk, index)
    if (!isFunction(walk, type)) refuseUnended(walk, at, `invalid type id ${type | 0} in func info`)
  })
}

/** Whether func_info tells each function of the code, and what functions with packet loads and tail calls return. */
export function checkFunctionsOfRecords(walk: Walk): void {
  const { subprograms } = walk
  const { btf, funcInfo } = walk.program
  if (!btf || funcInfo.length === 0) {
    checkWithoutRecords(walk)
    return
  }
  if (funcInfo.length !== subprograms.length)
    refuse(walk, 0, "number of funcs in func_info doesn't match number of subprogs")
  const early = walk.rules.recordsFirst
  subprograms.forEach((subprogram, index) => {
    const { at, type } = funcInfo[index]!
    if (!early) checkPlace(walk, index)
    if (subprogram.start !== at)
      refuse(walk, at, "func_info BTF section doesn't match subprog layout in BPF program")
    if (!early && !isFunction(walk, type)) refuseUnended(walk, at, `invalid type id ${type | 0} in func info`)
    if (index > 0) checkResult(walk, subprogram, type)
  })
}

/** Whether line_info ascends within the program, and tells the first line of each function. */
export function checkLineRecords(walk: Walk): void {
  const { btf, lines } = walk.program
  const { subprograms } = walk
  if (!btf || lines.length === 0) return
  let next = 0
  lines.forEach(({ at }, index) => {
    checkLine(walk, lines, index)
    const subprogram = subprograms[next]
    if (!subprogram) return
    if (subprogram.start < at) refuse(walk, subprogram.start, `missing bpf_line_info for func#${next}`)
    if (subprogram.start === at) next++
  })
  const missing = subprograms.length - next
  if (missing > 0)
    refuse(
      walk,
      subprograms[next]!.start,
      `missing bpf_line_info for ${missing} funcs starting from func#${next}`,
    )
}

function checkPlace(walk: Walk, index: number): void {
  const { funcInfo } = walk.program
  const { at } = funcInfo[index]!
  if (index === 0) {
    if (at !== 0) refuseUnended(walk, at, `nonzero insn_off ${at} for the first func info record`)
    return
  }
  const before = funcInfo[index - 1]!.at
  if (at <= before)
    refuseUnended(walk, at, `same or smaller insn offset (${at}) than previous func info record (${before})`)
}

function isFunction({ program }: Walk, type: TypeId): boolean {
  const { btf } = program
  return btf !== undefined && type < btf.count && btf.typeOf(type, "func") !== undefined
}

/** Classic packet loads may end the program, and tail calls may fail: such a function must give a number. */
function checkResult(walk: Walk, { hasPacketLoad, hasTailCall, start }: Subprogram, type: TypeId): void {
  if (!hasPacketLoad && !hasTailCall) return
  const btf = walk.program.btf!
  const function_ = btf.typeOf(type, "func")
  const prototype = function_ && btf.typeOf(function_.type, "func_proto")
  if (!prototype) return
  if (isNumber(btf, btf.resolve(prototype.returns))) return
  walk.at = start
  const what = hasPacketLoad ? "LD_ABS" : "tail_call"
  reject(walk, ERRNO.EINVAL, `${what} is only allowed in functions that return 'int'.`, "packet-load")
}

function isNumber(btf: Btf, id: TypeId): boolean {
  const kind = btf.kindOf(id)
  return kind === "enum" || kind === "enum64" || (btf.typeOf(id, "int")?.size ?? 16) <= 8
}

function checkWithoutRecords(walk: Walk): void {
  for (const { hasPacketLoad, hasTailCall, start } of walk.subprograms.slice(1)) {
    if (!hasPacketLoad && !hasTailCall) continue
    walk.at = start
    const what = hasPacketLoad ? "LD_ABS" : "tail_call"
    reject(walk, ERRNO.EINVAL, `${what} is not allowed in subprogs without BTF`, "packet-load")
  }
}

function checkLine(walk: Walk, lines: readonly LineInfo[], index: number): void {
  const { code } = walk
  const { at } = lines[index]!
  const before = index === 0 ? 0 : lines[index - 1]!.at
  if ((index > 0 && at <= before) || at >= code.length)
    refuse(
      walk,
      at,
      `Invalid line_info[${index}].insn_off:${at} (prev_offset:${before} prog->len:${code.length})`,
    )
  if (code[at]!.opcode === 0) refuse(walk, at, `Invalid insn code at line_info[${index}].insn_off`)
}

function refuse(walk: Walk, at: number, message: string): never {
  standAt(walk, at)
  reject(walk, ERRNO.EINVAL, message, RULE)
}

function refuseUnended(walk: Walk, at: number, message: string): never {
  standAt(walk, at)
  rejectUnended(walk, ERRNO.EINVAL, message, RULE)
}

function standAt(walk: Walk, at: number): void {
  walk.at = at < walk.code.length ? at : 0
}
