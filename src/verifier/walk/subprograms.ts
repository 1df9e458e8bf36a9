import { kfuncAllowed } from "../../catalog/details.ts"
import { kfunc } from "../../catalog/index.ts"
import {
  CLASS,
  classOf,
  JUMP,
  LOAD64_OPCODE,
  MODE,
  modeOf,
  operatorOf,
  PSEUDO_CALL,
  PSEUDO_LOAD,
} from "../../isa/index.ts"
import type { VerifierProgram } from "../program.ts"
import { ERRNO, reject } from "../reject.ts"
import type { GlobalArgument } from "../rules/global-arguments.ts"
import { exceptionCallbackStart } from "./exception-callback.ts"
import { type FastcallSpills, newFastcallSpills } from "./fastcall.ts"
import type { Walk } from "./walk.ts"

/** One function of the program. */
export interface Subprogram {
  readonly name: string
  readonly start: number
  end: number
  /** Checked for itself, for any arguments of its prototype; calls of it are not walked into. */
  global: boolean
  /** Bytes of stack it uses. */
  stackDepth: number
  hasTailCall: boolean
  hasPacketLoad: boolean
  isCallback: boolean
  isAsyncCallback: boolean
  called: boolean
  verified: boolean
  changesPacketData: boolean
  mightSleep: boolean
  /** What its prototype says; undefined until asked, "invalid" when BTF is missing or not as it must be. */
  arguments: readonly GlobalArgument[] | "invalid" | undefined
  readonly fastcall: FastcallSpills
}

export function newSubprogram(name: string, start: number, global: boolean): Subprogram {
  return {
    name,
    start,
    end: 0,
    global,
    stackDepth: 0,
    hasTailCall: false,
    hasPacketLoad: false,
    isCallback: false,
    isAsyncCallback: false,
    called: false,
    verified: false,
    changesPacketData: false,
    mightSleep: false,
    arguments: undefined,
    fastcall: newFastcallSpills(),
  }
}

/** The functions as calls and function addresses tell; BTF names them. */
export function findSubprograms(walk: Walk): void {
  const { code, program, subprograms } = walk
  const starts = new Set([0])
  code.forEach((instruction, at) => {
    const { opcode, src, imm } = instruction
    const isCall = opcode === (CLASS.JMP | JUMP.CALL)
    const leads =
      (isCall && src === PSEUDO_CALL.SUBPROGRAM) || (opcode === LOAD64_OPCODE && src === PSEUDO_LOAD.FUNC)
    walk.at = at
    if (!leads && !(isCall && src === PSEUDO_CALL.KFUNC)) return
    if (!walk.privileges.bpf)
      reject(
        walk,
        ERRNO.EPERM,
        "loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN",
        "capability",
      )
    if (!leads) {
      checkKfuncReference(walk, at)
      return
    }
    const target = at + imm + 1
    if (target < 0 || target >= code.length)
      reject(walk, ERRNO.EINVAL, "call to invalid destination", "jump-target")
    starts.add(target)
  })
  const catches = walk.rules.exceptions ? exceptionCallbackStart(walk) : undefined
  if (catches !== undefined) starts.add(catches)
  for (const start of [...starts].sort((a, b) => a - b)) {
    const { name, global } = functionAt(program, start)
    subprograms.push(newSubprogram(name, start, global))
  }
  if (catches !== undefined) markExceptionCallback(walk, subprogramAt(walk, catches))
  subprograms.forEach((each, index) => {
    each.end = subprograms[index + 1]?.start ?? code.length
    if (walk.log.level & 2) walk.log.line(`func#${index} @${each.start}`)
  })
}

/** What func_info says of a function; loaders make those static that the object hides. */
function functionAt(program: VerifierProgram, start: number): { name: string; global: boolean } {
  const { btf, funcInfo, functions } = program
  const known = functions.find(each => each.start === start)
  const type = funcInfo.find(({ at }) => at === start)?.type
  const info = btf && type !== undefined && type < btf.count ? btf.typeOf(type, "func") : undefined
  if (!info) return { name: known?.name ?? `func#${start}`, global: false }
  const hidden = functions.some(({ name, global }) => name === info.name && !global)
  return { name: info.name, global: info.linkage !== "static" && !hidden }
}

/** What is asked of a kfunc before anything is walked. */
function checkKfuncReference(walk: Walk, at: number): void {
  const { program, kernel } = walk
  if (!program.gpl)
    reject(walk, ERRNO.EINVAL, "cannot call kernel function from non-GPL compatible program", "gpl-only")
  const reference = program.references.get(at)
  const row = reference?.kind === "kfunc" ? kfunc(reference.name) : undefined
  if (!row) return
  const { type: programType, attachType, sleepable } = program
  const verdict = kfuncAllowed(row, { programType, attachType, release: kernel.release, sleepable })
  if (!verdict.allowed && verdict.refusal === "deviceBound")
    reject(walk, ERRNO.EINVAL, "metadata kfuncs require device-bound program", "kfunc-not-allowed")
}

function markExceptionCallback(walk: Walk, index: number): void {
  const subprogram = walk.subprograms[index]!
  walk.exceptionCallback = index
  subprogram.isCallback = true
  subprogram.isAsyncCallback = true
}

export function subprogramAt(walk: Walk, start: number): number {
  return walk.subprograms.findIndex(each => each.start === start)
}

/** The function that contains an instruction. */
export function subprogramOf(walk: Walk, at: number): Subprogram {
  return walk.subprograms.findLast(each => each.start <= at)!
}

const TAIL_CALL = 12

/** Jumps stay in their function, and a function ends in an exit or a jump. */
export function checkSubprograms(walk: Walk): void {
  const { code } = walk
  for (const subprogram of walk.subprograms) {
    for (let at = subprogram.start; at < subprogram.end; at++) {
      walk.at = at
      const { opcode, src, off, imm } = code[at]!
      const kind = classOf(opcode)
      if (opcode === (CLASS.JMP | JUMP.CALL) && src === PSEUDO_CALL.HELPER && imm === TAIL_CALL)
        subprogram.hasTailCall = true
      if (kind === CLASS.LD && (modeOf(opcode) === MODE.ABS || modeOf(opcode) === MODE.IND))
        subprogram.hasPacketLoad = true
      const operator = operatorOf(opcode)
      const jumps =
        (kind === CLASS.JMP || kind === CLASS.JMP32) && operator !== JUMP.CALL && operator !== JUMP.EXIT
      if (jumps) {
        const target = at + 1 + (opcode === (CLASS.JMP32 | JUMP.JA) ? imm : off)
        if (target < subprogram.start || target >= subprogram.end)
          reject(walk, ERRNO.EINVAL, `jump out of range from insn ${at} to ${target}`, "jump-target")
      }
      if (at !== subprogram.end - 1) continue
      const leaves =
        opcode === (CLASS.JMP | JUMP.EXIT) ||
        opcode === (CLASS.JMP | JUMP.JA) ||
        opcode === (CLASS.JMP32 | JUMP.JA)
      if (!leaves) reject(walk, ERRNO.EINVAL, "last insn is not an exit or jmp", "program-end")
    }
  }
  walk.at = 0
}
