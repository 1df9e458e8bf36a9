import type { FunctionDefinition } from "../encode/module.ts"
import type { ValueType } from "../encode/opcodes.ts"
import { type Charges, costOf, fuelCharges } from "../flow/charges.ts"
import type { FlowGraph } from "../flow/graph.ts"
import { loopsOf } from "../flow/loops.ts"
import type { Signature } from "../flow/signatures.ts"
import { structure } from "../flow/structure.ts"
import { bpfFunction, GLOBAL, LOCAL, localOf, localTypes } from "../layout.ts"
import { nativeCallsIn } from "../natives.ts"
import { emitBlock, emitCondition } from "./block.ts"
import type { FunctionContext } from "./context.ts"
import { emitFetchSlots } from "./frame.ts"
import { emitCharge, emitLimit } from "./fuel.ts"
import { FunctionCode } from "./function-code.ts"
import { LowHalves } from "./halves/low-halves.ts"

export interface FunctionOptions {
  /** Of the function itself. */
  readonly signature: Signature
  /** The name it is exported by. */
  readonly name?: string | undefined
  /** What comes before. */
  readonly code?: FunctionCode
  /** Registers go up to the one before this; by default to r10. */
  readonly registers?: number
  /** As a loop around a jump table, which irreducible graphs always are. */
  readonly dispatch?: boolean
}

export function writeFunction(
  graph: FlowGraph,
  outer: FunctionContext,
  { signature, name, code = new FunctionCode(), registers, dispatch = false }: FunctionOptions,
): FunctionDefinition {
  const { natives } = outer
  const context = natives ? { ...outer, nativeCalls: nativeCallsIn(graph.blocks, natives.calls) } : outer
  code.paysItself = signature.cost === undefined
  if (code.paysItself) code.getGlobal(GLOBAL.fuel).set(LOCAL.fuel)
  if (graph.blocks.some(({ steps }) => steps.at(-1)?.operation.kind === "mayGoto"))
    code.getGlobal(GLOBAL.loopBudget).set(LOCAL.loopsLeft)
  emitFetchSlots(code, context)
  const isStructured = graph.isReducible && !dispatch
  const type = bpfFunction(signature.parameters)
  const locals = localTypes(signature.parameters, registers === undefined ? undefined : registers - 1)
  if (registers !== undefined && isStructured) {
    code.lows = new LowHalves(
      graph,
      context,
      registers,
      signature.parameters,
      type.parameters.length + locals.length,
    )
    for (let register = 1; register <= signature.parameters; register++)
      code.get(localOf(register)).op("i32.wrap_i64").set(code.lows.localOf(register))
    locals.push(...Array<ValueType>(registers - 1).fill("i32"))
  }
  if (isStructured) writeStructured(code, graph, context)
  else writeDispatched(code, graph, context)
  code.op("unreachable", "end")
  return {
    type,
    locals,
    code: code.bytes,
    ...(name !== undefined && { name }),
  }
}

const NO_CHARGES: Charges = { at: new Map(), before: new Map() }

function writeStructured(code: FunctionCode, graph: FlowGraph, context: FunctionContext): void {
  const nest = loopsOf(graph)
  const charges = code.paysItself ? fuelCharges(graph, nest, context.signatures) : NO_CHARGES
  structure(graph, nest, {
    openBlock: () => void code.open("block"),
    openLoop: block => {
      const charge = charges.before.get(block)
      if (charge !== undefined) emitCharge(code, charge, graph.blocks[block]!.slot)
      code.open("loop")
    },
    openIf: () => void code.open("if"),
    close: () => void code.op("end"),
    body: block => {
      code.checked.enter(block, graph)
      code.lows?.enter(block)
      const charge = charges.at.get(block)
      const { limited, slot } = graph.blocks[block]!
      if (charge !== undefined) emitCharge(code, charge, slot)
      if (limited !== undefined) emitLimit(code, limited, slot)
      emitBlock(code, graph.blocks[block]!, context)
      code.checked.leave(block)
    },
    condition: block => emitCondition(code, graph.blocks[block]!, context),
    branch: depth => void code.branch("br", depth),
    branchIf: depth => void code.branch("br_if", depth),
    unreachable: () => void code.op("unreachable"),
  })
}

/**
 * A loop around a table of all blocks: `next` has the number of the one to go to. Only ways back go through the table: each
 * block stands inside of those that follow, so ways forward are branches.
 */
function writeDispatched(code: FunctionCode, { blocks }: FlowGraph, context: FunctionContext): void {
  code.open("loop")
  for (let block = 0; block < blocks.length; block++) code.open("block")
  const depths = blocks.map((_, block) => block)
  code.get(LOCAL.next).branchTable(depths.slice(0, -1), depths.at(-1)!)
  blocks.forEach((block, number) => {
    code.op("end")
    code.checked.clear()
    if (code.paysItself) emitCharge(code, costOf(block, context.signatures), block.slot)
    emitBlock(code, block, context)
    const again = blocks.length - 1 - number
    const [first, second] = block.successors
    const go = (target: number): void => {
      if (target === number + 1) return
      if (target > number) code.branch("br", target - number - 1)
      else code.i32(target).set(LOCAL.next).branch("br", again)
    }
    if (first === undefined) {
      code.op("unreachable")
      return
    }
    if (second === undefined) {
      go(first)
      return
    }
    emitCondition(code, block, context)
    if (first > number) code.branch("br_if", first - number - 1)
    else {
      code.open("if").i32(first).set(LOCAL.next)
      code.branch("br", again + 1).op("end")
    }
    go(second)
  })
  code.op("end")
}
