import { formatInstruction, type InstructionNames, PSEUDO_LOAD } from "../../isa/index.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { LOG_LEVEL, printsSteps } from "./log.ts"
import { writeFrame } from "./state-text.ts"

/** The instruction at a slot, as logs print it. */
export function instructionText(walk: Walk, at: number): string {
  return formatInstruction(walk.code, at, names(walk))
}

/** Kernels show addresses of maps: ours is made of the instruction's number, which repeats from run to run. */
const ADDRESS = 0xffff_0000_0000_0000n

function names({ program: { references }, code, privileges }: Walk): InstructionNames {
  return {
    kfunc: at => {
      const reference = references.get(at)
      return reference?.kind === "kfunc" ? reference.name : undefined
    },
    load64: at => {
      const { src, imm } = code[at]!
      if (src === PSEUDO_LOAD.FUNC) return `0x${(imm >>> 0).toString(16)}`
      if (!privileges.perfmon && (src === PSEUDO_LOAD.MAP_FD || src === PSEUDO_LOAD.MAP_VALUE)) return "0x0"
      return references.has(at) ? `0x${(ADDRESS + BigInt(at)).toString(16)}` : undefined
    },
  }
}

/** Writes the source line of an instruction when it is another than the last one written. */
export function writeSourceLine(walk: Walk, at: number, prefix: string): void {
  // Lines are told together with BTF, which needs CAP_BPF.
  if (!printsSteps(walk.log) || !walk.privileges.bpf) return
  const { lines } = walk.program
  if (lines.length === 0) return
  let low = 0
  let high = lines.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (lines[middle]!.at <= at) low = middle
    else high = middle
  }
  const line = lines[low]!
  if (line.at > at) return
  const last = lines[walk.lastLine]
  if (last === line) return
  if (!walk.rules.sourcePlaces) {
    walk.lastLine = low
    walk.log.line(prefix + line.text.trimStart())
    return
  }
  // Several records may stand for parts of one line.
  if (last && last.line === line.line && last.file === line.file) return
  walk.lastLine = low
  const file = line.file.slice(line.file.lastIndexOf("/") + 1)
  walk.log.line(`${prefix}${line.text.trimStart()} @ ${file}:${line.line}`)
}

const MIN_COLUMN = 8
const COLUMN = 40

/** Writes what an instruction changed, behind its text when nothing else was written since. */
export function writeChanges(walk: Walk): void {
  if (!printsSteps(walk.log)) return
  const { log } = walk
  if (walk.logAfterInstruction !== 0 && walk.logAfterInstruction === log.length) {
    log.cut(log.length - 1)
    const length = walk.instructionTextLength
    const wanted = Math.ceil(Math.max(length + MIN_COLUMN / 2, COLUMN) / MIN_COLUMN) * MIN_COLUMN
    log.write(`${" ".repeat(wanted - length - 1)};`)
  } else log.write(`${walk.at}:`)
  writeFrame(walk, currentFrame(walk.state), false)
}

/** Writes the instruction that is about to be walked, and before it what the last one changed. */
export function writeInstruction(walk: Walk): void {
  const { log, touched } = walk
  if (walk.printWhole && log.level & LOG_LEVEL.STATES) {
    const ahead = walk.state.speculative ? " (speculative execution)" : ""
    log.write(`\nfrom ${walk.from} to ${walk.at}${ahead}:`)
    writeFrame(walk, currentFrame(walk.state), true)
    walk.printWhole = false
  }
  if (!printsSteps(log)) return
  if (touched.registers !== 0 || touched.lowSlots !== 0 || touched.highSlots !== 0) writeChanges(walk)
  writeSourceLine(walk, walk.at, "; ")
  const before = log.length
  log.line(`${walk.at}: ${instructionText(walk, walk.at)}`)
  walk.instructionTextLength = log.length - before
  walk.logAfterInstruction = log.length
}
