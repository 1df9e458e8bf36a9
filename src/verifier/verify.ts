import { LOAD64_OPCODE, PSEUDO_LOAD } from "../isa/index.ts"
import { LOG_LEVEL, newLog, printsSteps } from "./log/log.ts"
import type { MapFacts, VerifierKernel, VerifierOptions, VerifierProgram } from "./program.ts"
import { PROGRAM_FLAG } from "./program.ts"
import { ERRNO, Rejection, reject, Unsupported, unsupported } from "./reject.ts"
import type { VerifierResult } from "./result.ts"
import { prototypeOf } from "./rules/global-arguments.ts"
import { fillArguments } from "./rules/global-calls.ts"
import { checkMapForProgram } from "./rules/map-programs.ts"
import { findPacketChanges } from "./rules/packet-changes.ts"
import { checkSleepable } from "./rules/sleepable.ts"
import { setFramePointer } from "./rules/subprogram-call.ts"
import { NO_CALLER, newFrame } from "./state/frame.ts"
import { newIdMap } from "./state/id-map.ts"
import { newMasks } from "./state/precision-masks.ts"
import { setPointer } from "./state/register.ts"
import { TYPE } from "./state/register-type.ts"
import { newState } from "./state/state.ts"
import { checkControlFlow } from "./walk/cfg.ts"
import { explore, MOST_STEPS } from "./walk/explore.ts"
import { checkStackDepth } from "./walk/stack-depth.ts"
import { checkSubprograms, findSubprograms } from "./walk/subprograms.ts"
import { touchEverything, touchNothing, type Walk } from "./walk/walk.ts"

/**
 * What the kernel of `kernel.release` would say to a program: its verdict, errno and log, and how many
 * instructions it walked. Never accepts what it does not model: that is "unsupported".
 */
export function verifyProgram(
  program: VerifierProgram,
  kernel: VerifierKernel,
  options: VerifierOptions = {},
): VerifierResult {
  const walk = newWalk(program, kernel, options)
  let verdict: VerifierResult["verdict"] = "accept"
  let errno = 0
  let message = ""
  try {
    run(walk)
  } catch (error) {
    if (error instanceof Rejection) {
      verdict = "reject"
      errno = error.errno
      message = error.message
    } else if (error instanceof Unsupported) {
      verdict = "unsupported"
      errno = ERRNO.ENOTSUPP
      message = `not supported by this verifier yet: ${error.what}`
      walk.log.line(message)
    } else throw error
  }
  const stats = statistics(walk)
  if (walk.log.level !== 0) writeStatistics(walk, stats)
  return { verdict, errno, message, log: walk.log.text(), instruction: walk.at, stats }
}

/** The kernel's order: what can be seen in the code first, then every path, then what only the whole shows. */
function run(walk: Walk): void {
  const { program } = walk
  checkTarget(walk)
  findSubprograms(walk)
  checkSubprograms(walk)
  checkPacketLoadFunctions(walk)
  checkSleepable(walk)
  if (program.target?.refusal) reject(walk, program.target.refusal.errno, program.target.refusal.message)
  resolveReferences(walk)
  checkControlFlow(walk)
  findPacketChanges(walk)
  walkMain(walk)
  walkGlobalFunctions(walk)
  checkStackDepth(walk)
  // What a processor may run ahead on is not walked: refusals are the kernel's, acceptance might not be.
  if (!walk.privileged) unsupported("speculation of programs loaded without capabilities")
}

const STANDS_ON_FUNCTION = new Set(["tracing", "lsm", "struct_ops"])

/** What a program is attached to by BTF decides its context: without it nothing can be said. */
function checkTarget({ program }: Walk): void {
  if (hasExceptionCallback(program)) unsupported("exceptions")
  if (program.type === "ext") unsupported("programs of type ext")
  if (program.target === undefined && STANDS_ON_FUNCTION.has(program.type))
    unsupported(`${program.type} programs whose target this kernel's BTF does not have`)
}

/** A declaration tag of the entry function names the function that catches what is thrown. */
function hasExceptionCallback({ btf, funcInfo }: VerifierProgram): boolean {
  const entry = funcInfo[0]?.type
  if (!btf || entry === undefined) return false
  for (const id of btf.ids()) {
    const tag = btf.kindOf(id) === "decl_tag" ? btf.typeOf(id, "decl_tag") : undefined
    if (tag?.type === entry && tag.name.startsWith("exception_callback:")) return true
  }
  return false
}

function newWalk(program: VerifierProgram, kernel: VerifierKernel, options: VerifierOptions): Walk {
  const { instructions } = program
  const privileged = options.privileged ?? true
  return {
    program,
    kernel,
    code: instructions,
    subprograms: [],
    log: newLog(options.logLevel ?? 0),
    privileged,
    strictAlignment: (program.flags & PROGRAM_FLAG.STRICT_ALIGNMENT) !== 0,
    testStateFrequency: privileged && (program.flags & PROGRAM_FLAG.TEST_STATE_FREQ) !== 0,
    marks: new Uint8Array(instructions.length + 1),
    explored: new Array(instructions.length),
    pending: [],
    counters: {
      processed: 0,
      jumps: 0,
      processedAtCheckpoint: 0,
      jumpsAtCheckpoint: 0,
      totalStates: 0,
      peakStates: 0,
      maxStatesPerInstruction: 0,
      longestMarkRead: 0,
    },
    idMap: newIdMap(),
    precision: newMasks(),
    touched: { registers: 0, lowSlots: 0, highSlots: 0 },
    state: newState(newFrame(NO_CALLER, 0, 0)),
    at: 0,
    from: -1,
    cameFrom: -1,
    historyEntry: undefined,
    lastId: 0,
    printWhole: false,
    logAfterInstruction: 0,
    instructionTextLength: 0,
    lastLine: -1,
    remembered: new Array(instructions.length),
    accessTypes: new Int32Array(instructions.length),
    contextAnswers: new Map(),
    helpers: new Map(),
    inlinedLoops: new Map(),
  }
}

/** Classic packet loads may end the program, so a function with them must give a number. */
function checkPacketLoadFunctions(walk: Walk): void {
  const { program, subprograms } = walk
  for (const each of subprograms.slice(1)) {
    if (!each.hasPacketLoad && !each.hasTailCall) continue
    const info = program.funcInfo.find(info => info.at === each.start)
    const function_ = info && program.btf?.typeOf(info.type, "func")
    const prototype = function_ && program.btf?.typeOf(function_.type, "func_proto")
    if (!prototype || !program.btf) continue
    const result = program.btf.kindOf(program.btf.resolve(prototype.returns))
    if (result === "int" || result === "enum" || result === "enum64") continue
    const what = each.hasPacketLoad ? "LD_ABS" : "tail_call"
    reject(walk, ERRNO.EINVAL, `${what} is only allowed in functions that return 'int'.`)
  }
}

/** What 64-bit loads refer to must exist, and maps must be ones that the program may use. */
function resolveReferences(walk: Walk): void {
  const seen = new Set<MapFacts>()
  walk.code.forEach(({ opcode, src, imm }, at) => {
    if (opcode !== LOAD64_OPCODE) return
    const reference = walk.program.references.get(at)
    if (reference?.kind === "map" || reference?.kind === "mapValue") {
      if (!seen.has(reference.map)) checkMapForProgram(walk, reference.map)
      seen.add(reference.map)
    } else if (!reference && (src === PSEUDO_LOAD.MAP_FD || src === PSEUDO_LOAD.MAP_VALUE))
      reject(walk, ERRNO.EBADF, `fd ${imm} is not pointing to valid bpf_map`)
    else if (src > PSEUDO_LOAD.MAP_IDX_VALUE) reject(walk, ERRNO.EINVAL, "unrecognized bpf_ld_imm64 insn")
  })
}

function walkMain(walk: Walk): void {
  if (walk.program.funcInfo.length > 0) prototypeOf(walk, 0)
  start(walk, 0)
  setPointer(walk.state.frames[0]!.registers[1]!, TYPE.CTX)
  explore(walk)
}

/** Global functions that were called, each for itself, until none is left: they may call others. */
function walkGlobalFunctions(walk: Walk): void {
  for (let found = true; found; ) {
    found = false
    walk.subprograms.forEach((each, index) => {
      if (index === 0 || !each.global || !each.called || each.verified) return
      const list = prototypeOf(walk, index)
      if (list === "invalid") throw new Rejection(ERRNO.EINVAL, "")
      if (printsSteps(walk.log)) walk.log.line(`Validating ${each.name}() func#${index}...`)
      start(walk, index)
      fillArguments(walk, walk.state.frames[0]!, list)
      explore(walk)
      if (printsSteps(walk.log))
        walk.log.line(`Func#${index} ('${each.name}') is safe for any args that match its prototype`)
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
