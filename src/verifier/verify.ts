import {
  ALU,
  CLASS,
  classOf,
  type Instruction,
  JUMP,
  LOAD64_OPCODE,
  MODE,
  modeOf,
  operatorOf,
  PSEUDO_LOAD,
} from "../isa/index.ts"
import { type Explanation, explain } from "./explain/index.ts"
import { LOG_LEVEL, printsSteps } from "./log/log.ts"
import type { MapFacts, VerifierKernel, VerifierOptions, VerifierProgram } from "./program.ts"
import { ERRNO, Rejection, reject, Unsupported, unsupported } from "./reject.ts"
import type { VerifierResult } from "./result.ts"
import { checkArenaLoads, checkArenas } from "./rules/arenas.ts"
import { prototypeOf } from "./rules/global-arguments.ts"
import { fillArguments } from "./rules/global-calls.ts"
import { checkMapForProgram, checkOneStorage } from "./rules/map-programs.ts"
import { findPacketChanges } from "./rules/packet-changes.ts"
import { checkSleepable } from "./rules/sleepable.ts"
import { setFramePointer } from "./rules/subprogram-call.ts"
import { checkTailCallMaps } from "./rules/tail-calls.ts"
import { NO_CALLER, newFrame } from "./state/frame.ts"
import { setPointer } from "./state/register.ts"
import { TYPE } from "./state/register-type.ts"
import { newState } from "./state/state.ts"
import { checkControlFlow } from "./walk/cfg.ts"
import { checkFunctionRecords, checkFunctionsOfRecords, checkLineRecords } from "./walk/debug-records.ts"
import { explore, MOST_STEPS } from "./walk/explore.ts"
import { checkExtension } from "./walk/extension.ts"
import { findFastcallSpills, removeFastcallSpills } from "./walk/fastcall.ts"
import { newWalk } from "./walk/new-walk.ts"
import { checkStackDepth } from "./walk/stack-depth.ts"
import { checkSubprograms, findSubprograms } from "./walk/subprograms.ts"
import { inPlaceOf } from "./walk/target-program.ts"
import { checkTracedProgram } from "./walk/traced-program.ts"
import { MARK, touchEverything, touchNothing, type Walk } from "./walk/walk.ts"

/**
 * What the kernel of `kernel.release` would say to a program: its verdict, errno and log, and how many
 * instructions it walked. Never accepts what it does not model: that is "unsupported".
 */
export function verifyProgram(
  program: VerifierProgram,
  kernel: VerifierKernel,
  options: VerifierOptions = {},
): VerifierResult {
  const walk = newWalk(inPlaceOf(program, kernel), kernel, options)
  let verdict: VerifierResult["verdict"] = "accept"
  let errno = 0
  let message = ""
  let explanation: Explanation | undefined
  try {
    run(walk)
  } catch (error) {
    if (error instanceof Rejection) {
      verdict = "reject"
      errno = error.errno
      message = error.message
      if (options.explain) explanation = explain(walk, error)
    } else if (error instanceof Unsupported) {
      verdict = "unsupported"
      errno = ERRNO.ENOTSUPP
      message = error.message
      walk.log.line(message)
    } else throw error
  }
  const stats = statistics(walk)
  if (walk.log.level !== 0) writeStatistics(walk, stats)
  return {
    verdict,
    errno,
    message,
    log: walk.log.text(),
    instruction: walk.at,
    explanation,
    stats,
    reach: walk.reach,
  }
}

/** The kernel's order: what can be seen in the code first, then every path, then what only the whole shows. */
function run(walk: Walk): void {
  checkTarget(walk)
  if (walk.rules.recordsFirst) checkFunctionRecords(walk)
  findSubprograms(walk)
  checkSubprograms(walk)
  checkFunctionsOfRecords(walk)
  checkLineRecords(walk)
  if (!walk.rules.lazyGlobals) checkAttachment(walk)
  resolveReferences(walk)
  checkOpcodes(walk)
  checkArenas(walk)
  checkControlFlow(walk)
  findPacketChanges(walk)
  if (walk.rules.lazyGlobals) checkAttachment(walk)
  findFastcallSpills(walk)
  if (!walk.rules.lazyGlobals) walkGlobalFunctions(walk)
  walkMain(walk)
  if (walk.rules.lazyGlobals) walkGlobalFunctions(walk)
  removeFastcallSpills(walk)
  checkStackDepth(walk)
  checkArenaLoads(walk)
  checkTailCallMaps(walk)
  checkAbsentKfuncs(walk)
}

/** Calls of kfuncs that this kernel does not have may stand in the program, where no path leads to them. */
function checkAbsentKfuncs(walk: Walk): void {
  for (const [at, reference] of walk.program.references)
    if (reference.kind === "kfunc" && reference.btfId === 0 && (walk.marks[at]! & MARK.SEEN) !== 0)
      reject(
        walk,
        ERRNO.EINVAL,
        "invalid kernel function call not eliminated in verifier pass",
        "kfunc-not-allowed",
      )
}

const STANDS_ON_FUNCTION = new Set(["tracing", "lsm", "struct_ops"])

/** Where the program is to be attached, and whether it may sleep there. */
function checkAttachment(walk: Walk): void {
  checkSleepable(walk)
  const { type, gpl, target, extension } = walk.program
  if (type === "struct_ops" && !gpl)
    reject(walk, ERRNO.EINVAL, "struct ops programs must have a GPL compatible license", "gpl-only")
  if (extension?.replaces) checkExtension(walk, extension)
  else if (extension) checkTracedProgram(walk, extension)
  else if (target?.refusal) reject(walk, target.refusal.errno, target.refusal.message, "attach-target")
}

/** What a program is attached to by BTF decides its context: without it nothing can be said. */
function checkTarget({ program }: Walk): void {
  if (program.type === "ext") unsupported("programs of type ext whose target is not told")
  if (program.target === undefined && STANDS_ON_FUNCTION.has(program.type))
    unsupported(`${program.type} programs whose target this kernel's BTF does not have`)
}

/** Opcodes of releases after 6.1: loads with sign extension, unconditional byte swaps, jumps that are taken some time. */
function checkOpcodes(walk: Walk): void {
  const { rules, code } = walk
  if (rules.signExtension) return
  for (let at = 0; at < code.length; at += code[at]!.opcode === LOAD64_OPCODE ? 2 : 1) {
    const { opcode, imm } = code[at]!
    walk.at = at
    if (classOf(opcode) === CLASS.LDX && (modeOf(opcode) !== MODE.MEM || imm !== 0))
      reject(walk, ERRNO.EINVAL, "BPF_LDX uses reserved fields", "encoding")
    const swaps = classOf(opcode) === CLASS.ALU64 && operatorOf(opcode) === ALU.END
    if (swaps || opcode === (CLASS.JMP | JUMP.JCOND))
      reject(walk, ERRNO.EINVAL, `unknown opcode ${opcode.toString(16)}`, "encoding")
  }
}

/** What nothing was relocated to names the loader's standard input: a file, but no map. */
function isStream(descriptor: number): boolean {
  return descriptor >= 0 && descriptor <= 2
}

/** What stands behind the first half of a 64-bit load: nothing but the other half of the number. */
function isSecondHalf(instruction: Instruction | undefined): boolean {
  return instruction?.opcode === 0 && instruction.dst === 0 && instruction.src === 0 && instruction.off === 0
}

/** What 64-bit loads refer to must exist, and maps must be ones that the program may use. */
function resolveReferences(walk: Walk): void {
  const seen = new Set<MapFacts>()
  walk.code.forEach(({ opcode, src, imm }, at) => {
    if (opcode !== LOAD64_OPCODE) return
    walk.at = at
    if (!isSecondHalf(walk.code[at + 1])) reject(walk, ERRNO.EINVAL, "invalid bpf_ld_imm64 insn", "encoding")
    const reference = walk.program.references.get(at)
    if (reference?.kind === "map" || reference?.kind === "mapValue") {
      if (!seen.has(reference.map)) {
        checkMapForProgram(walk, reference.map)
        checkOneStorage(walk, reference.map, seen)
      }
      seen.add(reference.map)
    } else if (!reference && (src === PSEUDO_LOAD.MAP_FD || src === PSEUDO_LOAD.MAP_VALUE))
      reject(
        walk,
        isStream(imm) ? ERRNO.EINVAL : ERRNO.EBADF,
        `fd ${imm} is not pointing to valid bpf_map`,
        "map-helper",
      )
    else if (src > PSEUDO_LOAD.MAP_IDX_VALUE)
      reject(walk, ERRNO.EINVAL, "unrecognized bpf_ld_imm64 insn", "encoding")
  })
}

function walkMain(walk: Walk): void {
  if (walk.program.extension?.replaces) {
    walkReplacement(walk)
    return
  }
  if (walk.program.funcInfo.length > 0) prototypeOf(walk, 0)
  start(walk, 0)
  setPointer(walk.state.frames[0]!.registers[1]!, TYPE.CTX)
  explore(walk)
}

/** A program that replaces a function is walked like one: for any arguments of its prototype. */
function walkReplacement(walk: Walk): void {
  if (printsSteps(walk.log)) walk.log.line(`Validating ${walk.subprograms[0]!.name}() func#0...`)
  const list = prototypeOf(walk, 0)
  if (list === "invalid") throw new Rejection(ERRNO.EINVAL, walk.complaint, "global-function")
  start(walk, 0)
  fillArguments(walk, walk.state.frames[0]!, list)
  explore(walk)
}

/** Global functions that were called, each for itself, until none is left: they may call others. */
function walkGlobalFunctions(walk: Walk): void {
  if (walk.exceptionCallback !== undefined) walk.subprograms[walk.exceptionCallback]!.called = true
  for (let found = true; found; ) {
    found = false
    walk.subprograms.forEach((each, index) => {
      if (index === 0 || !each.global || each.verified || !(each.called || !walk.rules.lazyGlobals)) return
      const list = prototypeOf(walk, index)
      if (list === "invalid") throw new Rejection(ERRNO.EINVAL, walk.complaint, "global-function")
      if (printsSteps(walk.log)) walk.log.line(`Validating ${each.name}() func#${index}...`)
      if (index === walk.exceptionCallback && (list.length !== 1 || list[0]!.kind !== "scalar"))
        reject(walk, ERRNO.EINVAL, "exception cb only supports single integer argument", "exception")
      start(walk, index)
      fillArguments(walk, walk.state.frames[0]!, list)
      explore(walk)
      if (printsSteps(walk.log))
        walk.log.line(
          `Func#${index}${walk.rules.lazyGlobals ? ` ('${each.name}')` : ""} is safe for any args that match its prototype`,
        )
      each.verified = true
      found = true
    })
  }
}

function start(walk: Walk, index: number): void {
  const frame = newFrame(NO_CALLER, 0, index)
  setFramePointer(frame)
  const state = newState(frame)
  const { start: first } = walk.subprograms[index]!
  state.first = first
  state.last = -1
  walk.state = state
  walk.at = first
  walk.from = -1
  walk.lastLine = -1
  walk.printWhole = false
  walk.explored.fill(undefined)
  touchNothing(walk)
  touchEverything(walk)
}

function statistics(walk: Walk): VerifierResult["stats"] {
  const { counters, subprograms } = walk
  return {
    processed: counters.processed,
    totalStates: counters.totalStates,
    peakStates: counters.peakStates,
    maxStatesPerInsn: counters.maxStatesPerInstruction,
    markRead: counters.longestMarkRead,
    stackDepth: subprograms.map(each => each.stackDepth),
  }
}

function writeStatistics({ log }: Walk, stats: VerifierResult["stats"]): void {
  if (log.level & LOG_LEVEL.STATISTICS) log.line(`stack depth ${stats.stackDepth.join("+")}`)
  log.line(
    `processed ${stats.processed} insns (limit ${MOST_STEPS}) max_states_per_insn ${stats.maxStatesPerInsn} total_states ${stats.totalStates} peak_states ${stats.peakStates} mark_read ${stats.markRead}`,
  )
}
