import { CLASS, JUMP, LOAD64_OPCODE, PSEUDO_CALL, PSEUDO_LOAD } from "../../isa/index.ts"
import { ERRNO, reject } from "../reject.ts"
import { calledName } from "../rules/callback-calls.ts"
import { subprogramAt } from "./subprograms.ts"
import type { Walk } from "./walk.ts"

const MOST_STACK = 512
const MOST_FRAMES = 8
/** A program that tail calls may itself have been called with this much stack in use. */
const MOST_BEFORE_TAIL_CALL = 256
/** Frames of compiled programs are aligned so; once all were as interpreted ones are, and none was empty. */
const [ALIGNMENT, INTERPRETED_ALIGNMENT] = [16, 32]

/** All frames of every chain of calls must fit on the stack together. */
export function checkStackDepth(walk: Walk): void {
  walk.subprograms.forEach((each, index) => {
    if (index === 0 || each.isAsyncCallback) descend(walk, index, 0, [])
  })
}

function throws(walk: Walk, at: number): boolean {
  const called = calledName(walk, at)
  return called?.kind === "kfunc" && called.name === "bpf_throw"
}

function frameBytes({ rules }: Walk, used: number): number {
  return rules.compiledFrames
    ? Math.ceil(used / ALIGNMENT) * ALIGNMENT
    : Math.ceil(Math.max(used, 1) / INTERPRETED_ALIGNMENT) * INTERPRETED_ALIGNMENT
}

function descend(walk: Walk, index: number, above: number, callers: readonly number[]): void {
  const frame = callers.length
  const subprogram = walk.subprograms[index]!
  walk.at = subprogram.start
  if (index > 0 && subprogram.hasTailCall && above >= MOST_BEFORE_TAIL_CALL)
    reject(
      walk,
      ERRNO.EACCES,
      `tail_calls are not allowed when call stack of previous frames is ${above} bytes. Too large`,
      "stack-depth",
    )
  const depth = above + frameBytes(walk, subprogram.stackDepth)
  if (depth > MOST_STACK)
    reject(
      walk,
      ERRNO.EACCES,
      `combined stack size of ${frame + 1} calls is ${depth}. Too large`,
      "stack-depth",
    )
  for (let at = subprogram.start; at < subprogram.end; at++) {
    const { opcode, src, imm } = walk.code[at]!
    if (throws(walk, at) && [...callers, index].some(each => walk.subprograms[each]!.isCallback))
      reject(
        walk,
        ERRNO.EINVAL,
        `bpf_throw kfunc (insn ${at}) cannot be called from callback subprog ${index}`,
        "exception",
      )
    const calls = opcode === (CLASS.JMP | JUMP.CALL) && src === PSEUDO_CALL.SUBPROGRAM
    if (!calls && !(opcode === LOAD64_OPCODE && src === PSEUDO_LOAD.FUNC)) continue
    const callee = subprogramAt(walk, at + imm + 1)
    if (calls && callee === walk.exceptionCallback)
      reject(walk, ERRNO.EINVAL, `insn ${at} cannot call exception cb directly`, "exception")
    // What runs later has a stack of its own.
    if (walk.subprograms[callee]!.isAsyncCallback && !calls) continue
    walk.at = at
    if (frame + 1 >= MOST_FRAMES)
      reject(walk, ERRNO.E2BIG, `the call stack of ${frame + 1} frames is too deep !`, "call-depth")
    descend(walk, callee, depth, [...callers, index])
  }
}
