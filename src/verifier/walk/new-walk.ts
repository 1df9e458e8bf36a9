import { newLog } from "../log/log.ts"
import { privilegesOf } from "../privileges.ts"
import { PROGRAM_FLAG, type VerifierKernel, type VerifierOptions, type VerifierProgram } from "../program.ts"
import { releaseRules } from "../release-rules.ts"
import { NO_CALLER, newFrame } from "../state/frame.ts"
import { newIdMap } from "../state/id-map.ts"
import { newMasks } from "../state/precision-masks.ts"
import { newState } from "../state/state.ts"
import type { Walk } from "./walk.ts"

/** A verification that has not begun. */
export function newWalk(program: VerifierProgram, kernel: VerifierKernel, options: VerifierOptions): Walk {
  const { instructions } = program
  const privileges = privilegesOf(options.capabilities)
  return {
    program: privileges.bpf ? program : withoutTypes(program),
    kernel,
    rules: releaseRules(kernel.release),
    code: instructions,
    subprograms: [],
    log: newLog(options.logLevel ?? 0),
    privileges,
    patience: options.patience ?? Number.POSITIVE_INFINITY,
    strictAlignment: (program.flags & PROGRAM_FLAG.STRICT_ALIGNMENT) !== 0,
    testStateFrequency: privileges.bpf && (program.flags & PROGRAM_FLAG.TEST_STATE_FREQ) !== 0,
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
    idMap: newIdMap(!privileges.bpf),
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
    reach: { tracepoint: 0, rdonly: 0, rdwr: 0 },
    contextAnswers: new Map(),
    helpers: new Map(),
    sanitations: new Map(),
    tailCalls: new Map(),
    inlinedLoops: new Map(),
    elementMaps: new Map(),
    exceptionCallback: undefined,
    enteredCallback: undefined,
    complaint: "",
  }
}

/** Only processes with CAP_BPF can load BTF: others load their programs without. Explanations still find the source. */
function withoutTypes(program: VerifierProgram): VerifierProgram {
  return { ...program, btf: undefined, funcInfo: [] }
}
