import { FRAME_POINTER, type Operand, type Operation } from "../../../isa/index.ts"
import { MAX_FRAMES } from "../../machine.ts"
import { type Block, type LoopCharge, lengthOf, type Step } from "../flow/blocks.ts"
import { flowGraph } from "../flow/graph.ts"
import { isFramePointer, readsOf, writeOf } from "../flow/registers.ts"
import { calledBy } from "../flow/signatures.ts"
import type { Tier } from "../tier.ts"

/** A function with others inside of it. */
export interface Body {
  readonly blocks: readonly Block[]
  /** Frames below its own that the functions inside of it use. */
  readonly innerFrames: number
}

/** Operations of a function that is put into others, and of one that others are put into, at most. */
const SIZES = {
  quick: { callee: 60, caller: 300 },
  optimising: { callee: 100, caller: 700 },
} satisfies Record<Tier, unknown>
/** r0 … r9 of one frame; those of inner frames follow each other. */
const PER_FRAME = FRAME_POINTER

/** The first register that neither a function nor what is inside of it uses. */
export function firstFreeRegister({ innerFrames }: Body): number {
  return FRAME_POINTER + 1 + innerFrames * PER_FRAME
}

/** Puts small functions into those that call them, from the innermost on. */
export class Inliner {
  readonly #functions: ReadonlyMap<number, readonly Block[]>
  readonly #sizes: (typeof SIZES)[Tier]
  readonly #bodies = new Map<number, Body | "open">()

  /** `functions` by their first slots. */
  constructor(functions: ReadonlyMap<number, readonly Block[]>, tier: Tier) {
    this.#functions = functions
    this.#sizes = SIZES[tier]
  }

  bodyOf(start: number, depth = 0): Body {
    const known = this.#bodies.get(start)
    if (known !== undefined && known !== "open") return known
    const own: Body = { blocks: this.#functions.get(start)!, innerFrames: 0 }
    // Recursion, and chains of calls too deep for anything else, stay calls.
    if (known === "open" || depth > MAX_FRAMES) return own
    this.#bodies.set(start, "open")
    const body = this.#filled(own, depth)
    this.#bodies.set(start, body)
    return body
  }

  #filled(own: Body, depth: number): Body {
    const blocks = [...own.blocks]
    let [innerFrames, size] = [0, sizeOf(own)]
    // What is put in, and the rest of the block that called it, come behind the others, and so get their turn.
    for (let number = 0; number < blocks.length; number++)
      for (let at = 0; at < blocks[number]!.steps.length; at++) {
        const target = calledBy(blocks[number]!.steps[at]!)
        if (target === undefined) continue
        const callee = this.bodyOf(target, depth + 1)
        const fits =
          sizeOf(callee) <= this.#sizes.callee &&
          size + sizeOf(callee) <= this.#sizes.caller &&
          callee.innerFrames + 1 < MAX_FRAMES
        if (!fits || !isSimple(callee)) continue
        size += sizeOf(callee)
        innerFrames = Math.max(innerFrames, callee.innerFrames + 1)
        putInto(blocks, number, at, callee)
      }
    return { blocks, innerFrames }
  }
}

function sizeOf({ blocks }: Body): number {
  return blocks.reduce((sum, { steps }) => sum + steps.length, 0)
}

/** Calls out of a function tell where they come from and may end it, may_goto counts for each frame: these stay apart. */
function isSimple(body: Body): boolean {
  if (!flowGraph(body.blocks).isReducible) return false
  return body.blocks.every(({ steps, left }) => left === undefined && steps.every(isSimpleStep))
}

function isSimpleStep({ operation }: Step): boolean {
  switch (operation.kind) {
    case "call":
    case "packetLoad":
    case "mayGoto":
    case "invalid":
      return false
    case "atomic":
      return operation.operator !== "cmpxchg"
    case "load64":
      return operation.value.kind !== "function"
    default:
      return true
  }
}

/** Replaces the call at a step of a block: the block ends there, the callee follows, then the rest in a block of its own. */
function putInto(blocks: Block[], number: number, at: number, callee: Body): void {
  const block = blocks[number]!
  const call = block.steps[at]!
  const before = block.steps.slice(0, at)
  const rest = blocks.length
  const first = rest + 1
  const cost = before.concat(call).reduce((sum, step) => sum + lengthOf(step.operation), 0)
  blocks[number] = {
    slot: block.slot,
    cost,
    steps: [...before, ...argumentMoves(callee, call.slot)],
    successors: [first],
  }
  blocks.push({
    ...block,
    slot: call.slot + 1,
    cost: block.cost - cost,
    steps: block.steps.slice(at + 1),
  })
  for (const inner of callee.blocks) {
    const isEnd = inner.steps.at(-1)?.operation.kind === "exit"
    blocks.push({
      ...inner,
      steps: inner.steps.map(step =>
        step.operation.kind === "exit" ? answer(step.slot) : oneFrameDown(step),
      ),
      successors: isEnd ? [rest] : inner.successors.map(successor => first + successor),
    })
  }
}

/** r0 … r9 of the frame below. */
function below(register: number): number {
  return FRAME_POINTER + 1 + register
}

function move(dst: number, source: Operand, slot: number): Step {
  return { operation: { kind: "move", width: 64, dst, source, signExtendFrom: undefined }, slot }
}

function answer(slot: number): Step {
  return move(0, { kind: "register", register: below(0) }, slot)
}

/** What a function finds in its registers: r1 … r5 of the call, zeros in others. Only those that it looks at. */
function argumentMoves({ blocks }: Body, slot: number): Step[] {
  return [...readBeforeWritten(blocks)].map(register =>
    move(
      below(register),
      register >= 1 && register <= 5 ? { kind: "register", register } : { kind: "immediate", value: 0 },
      slot,
    ),
  )
}

/** Registers of a function's own frame that may be read before anything is written to them. */
function readBeforeWritten(blocks: readonly Block[]): ReadonlySet<number> {
  const found = new Set<number>()
  const seen = new Map<number, Set<number>>()
  const open: [block: number, written: ReadonlySet<number>][] = [[0, new Set()]]
  while (open.length > 0) {
    const [number, before] = open.pop()!
    const known = seen.get(number)
    const written = new Set(known ? [...known].filter(register => before.has(register)) : before)
    if (known && known.size === written.size) continue
    seen.set(number, new Set(written))
    for (const step of blocks[number]!.steps) {
      for (const register of readsOf(step))
        if (register < FRAME_POINTER && !isFramePointer(register) && !written.has(register))
          found.add(register)
      const target = writeOf(step)
      if (target !== undefined) written.add(target)
    }
    for (const successor of blocks[number]!.successors) open.push([successor, written])
  }
  return found
}

/** The same operation for a frame further down. */
function oneFrameDown({ operation, slot }: Step): Step {
  const lower = (register: number): number => {
    if (register === FRAME_POINTER) return -1
    if (register < 0) return register - 1
    return register < FRAME_POINTER ? below(register) : register + PER_FRAME
  }
  const operand = (source: Operand): Operand =>
    source.kind === "register" ? { kind: "register", register: lower(source.register) } : source
  const lowered = (): Operation | LoopCharge => {
    switch (operation.kind) {
      case "alu":
      case "branch":
      case "move":
        return { ...operation, dst: lower(operation.dst), source: operand(operation.source) }
      case "negate":
      case "byteOrder":
      case "load64":
        return { ...operation, dst: lower(operation.dst) }
      case "addressSpaceCast":
        return { ...operation, dst: lower(operation.dst), src: lower(operation.src) }
      case "load":
      case "loadAcquire":
        return { ...operation, dst: lower(operation.dst), base: lower(operation.base) }
      case "store":
        return { ...operation, base: lower(operation.base), source: operand(operation.source) }
      case "storeRelease":
      case "atomic":
        return { ...operation, base: lower(operation.base), src: lower(operation.src) }
      case "jump":
        return operation
      default:
        throw new Error(`BUG: ${operation.kind} in a function that was put into another`)
    }
  }
  return { operation: lowered(), slot }
}
