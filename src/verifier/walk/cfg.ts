import { CLASS, classOf, JUMP, LOAD64_OPCODE, operatorOf, PSEUDO_CALL, PSEUDO_LOAD } from "../../isa/index.ts"
import { writeSourceLine } from "../log/steps.ts"
import { ERRNO, reject } from "../reject.ts"
import { callsAsyncCallback, callsSyncCallback, isIteratorNext } from "../rules/callback-calls.ts"
import { MARK, type Walk } from "./walk.ts"

const DISCOVERED = 0x10
const EXPLORED = 0x20
const THROUGH = 1
const BRANCH = 2

/**
 * Visits every instruction once, depth first: all must be reachable, no jump may lead into the second half of a
 * 64-bit load, and only privileged programs may loop. On the way it marks where states are compared (prune
 * points) and where a path's history needs an entry (jump points).
 */
export function checkControlFlow(walk: Walk): void {
  const { code } = walk
  const found = new Uint8Array(code.length)
  const stack: number[] = []
  const visit = (start: number) => {
    found[start] = DISCOVERED
    stack.push(start)
    while (stack.length) {
      const at = stack.at(-1)!
      if (visitInstruction(walk, at, found, stack)) continue
      found[at] = EXPLORED
      stack.pop()
    }
  }
  visit(0)
  for (const each of walk.subprograms) if (each.isCallback && found[each.start] === 0) visit(each.start)
  for (let at = 0; at < code.length; at++) {
    walk.at = at
    if (found[at] !== EXPLORED) reject(walk, ERRNO.EINVAL, `unreachable insn ${at}`, "unreachable")
    if (code[at]!.opcode !== LOAD64_OPCODE) continue
    if (found[at + 1] !== 0)
      reject(walk, ERRNO.EINVAL, `jump into the middle of ldimm64 insn ${at}`, "jump-target")
    at++
  }
  walk.at = 0
}

/** True when an edge led to something new, which must be visited first. */
function visitInstruction(walk: Walk, at: number, found: Uint8Array, stack: number[]): boolean {
  const { code, marks } = walk
  const { opcode, src, off, imm } = code[at]!
  const edge = (to: number, kind: number, mayLoop = false) =>
    follow(walk, at, to, kind, found, stack, mayLoop || walk.rules.loopsAnywhere)
  const mark = (where: number, bits: number) => {
    marks[where] = (marks[where] ?? 0) | bits
  }
  const size = opcode === LOAD64_OPCODE ? 2 : 1
  const call = (callee: number | undefined) => {
    if (edge(at + size, THROUGH)) return true
    mark(at + size, MARK.PRUNE | MARK.JUMP)
    if (callee === undefined) return false
    mark(at, MARK.PRUNE)
    return edge(callee, BRANCH, opcode === LOAD64_OPCODE)
  }
  if (opcode === LOAD64_OPCODE && src === PSEUDO_LOAD.FUNC) return call(at + imm + 1)
  const kind = classOf(opcode)
  if (kind !== CLASS.JMP && kind !== CLASS.JMP32) return edge(at + size, THROUGH)
  switch (operatorOf(opcode)) {
    case JUMP.EXIT:
      return false
    case JUMP.CALL:
      if (callsAsyncCallback(walk, at)) mark(at, MARK.PRUNE)
      if (walk.rules.repeatedCallbacks && callsSyncCallback(walk, at))
        mark(at, MARK.CALLBACK | MARK.CHECKPOINT | MARK.PRUNE | MARK.JUMP)
      if (isIteratorNext(walk, at)) mark(at, MARK.PRUNE | MARK.CHECKPOINT)
      return call(src === PSEUDO_CALL.SUBPROGRAM ? at + imm + 1 : undefined)
    case JUMP.JA: {
      const target = at + 1 + (kind === CLASS.JMP ? off : imm)
      const isNew = edge(target, THROUGH, true)
      mark(target, MARK.PRUNE | MARK.JUMP | MARK.TARGET)
      return isNew
    }
    default:
      mark(at, MARK.PRUNE)
      if (opcode === (CLASS.JMP | JUMP.JCOND)) mark(at, MARK.CHECKPOINT)
      return edge(at + 1, THROUGH, true) || edge(at + 1 + off, BRANCH, true)
  }
}

function follow(
  walk: Walk,
  from: number,
  to: number,
  kind: number,
  found: Uint8Array,
  stack: number[],
  mayLoop: boolean,
): boolean {
  const before = found[from]!
  if (before >= (DISCOVERED | kind)) return false
  if (to < 0 || to >= found.length) {
    walk.at = from
    writeSourceLine(walk, from, `${from}: `)
    reject(walk, ERRNO.EINVAL, `jump out of range from insn ${from} to ${to}`, "jump-target")
  }
  if (kind === BRANCH) walk.marks[to] = walk.marks[to]! | MARK.PRUNE | MARK.JUMP | MARK.TARGET
  const there = found[to]!
  if (there === 0) {
    found[from] = DISCOVERED | kind
    found[to] = DISCOVERED
    stack.push(to)
    return true
  }
  if ((there & 0xf0) === DISCOVERED) {
    if (walk.privileges.bpf && mayLoop) return false
    walk.at = from
    writeSourceLine(walk, from, `${from}: `)
    writeSourceLine(walk, to, `${to}: `)
    reject(walk, ERRNO.EINVAL, `back-edge from insn ${from} to ${to}`, "back-edge")
  }
  found[from] = DISCOVERED | kind
  return false
}
