import type { Instruction, Operation } from "../../isa/index.ts"
import { prepare } from "../prepare.ts"
import { emitBlock, emitCharge, emitCondition } from "./emit/block.ts"
import type { FunctionContext, ProgramFunctions } from "./emit/calls.ts"
import { emitLimits, limitsOf } from "./emit/limits.ts"
import { CodeWriter } from "./encode/code-writer.ts"
import { encodeModule, type FunctionDefinition } from "./encode/module.ts"
import { fuelCharges } from "./flow/charges.ts"
import { type FlowGraph, flowGraph } from "./flow/graph.ts"
import { structure } from "./flow/structure.ts"
import {
  BPF_FUNCTION,
  FUNCTION_IMPORTS,
  GLOBAL,
  GLOBAL_IMPORTS,
  LOCAL,
  LOCAL_TYPES,
  OWN_GLOBALS,
} from "./layout.ts"

export interface CompileOptions {
  /** Every function as a loop around a jump table, as irreducible ones are: for tests and measurements. */
  readonly dispatch?: boolean
}

/** A program as the bytes of a WebAssembly module: one function for each BPF function, exported as "f" and its first slot. */
export function compileProgram(
  operations: readonly Operation[],
  starts: readonly number[],
  options: CompileOptions = {},
): Uint8Array<ArrayBuffer> {
  const graphs = starts.map(start => flowGraph(operations, start))
  const program: ProgramFunctions = {
    numbers: new Map(starts.map((start, number) => [start, number])),
    callingOut: functionsCallingOut(operations, graphs),
  }
  const functions = graphs.map(graph => compileFunction(operations, graph, program, options))
  const table = new Map(
    usesRegisterCalls(operations)
      ? starts.map((start, number) => [start, FUNCTION_IMPORTS.length + number])
      : [],
  )
  return encodeModule({
    functionImports: FUNCTION_IMPORTS,
    globalImports: GLOBAL_IMPORTS,
    globals: OWN_GLOBALS,
    functions,
    table,
  })
}

/** A whole program, with the functions that it names itself. */
export function compileInstructions(
  instructions: readonly Instruction[],
  options: CompileOptions = {},
): Uint8Array<ArrayBuffer> {
  const operations = prepare(instructions)
  return compileProgram(operations, functionStarts(operations), options)
}

/** First slots of the functions of a program: its entry, what it calls, and what it takes the address of. */
export function functionStarts(operations: readonly Operation[]): number[] {
  const starts = new Set([0])
  for (const operation of operations) {
    if (operation.kind === "call" && operation.callee.kind === "subprogram")
      starts.add(operation.callee.target)
    else if (operation.kind === "load64" && operation.value.kind === "function")
      starts.add(operation.value.target)
  }
  return [...starts].sort((a, b) => a - b)
}

function usesRegisterCalls(operations: readonly Operation[]): boolean {
  return operations.some(operation => operation.kind === "call" && operation.callee.kind === "register")
}

function functionsCallingOut(operations: readonly Operation[], graphs: readonly FlowGraph[]): Set<number> {
  const calls = graphs.map(({ blocks }) =>
    blocks.flatMap(({ start, end }) => operations.slice(start, end).flatMap(calleeOf)),
  )
  const found = new Set<number>()
  for (let before = -1; before < found.size; ) {
    before = found.size
    graphs.forEach(({ blocks }, index) => {
      if (calls[index]!.some(callee => callee === OUT || found.has(callee))) found.add(blocks[0]!.start)
    })
  }
  return found
}

/** Stands for whatever is outside of the program, or not known. */
const OUT = -1

function calleeOf(operation: Operation): number[] {
  if (operation.kind === "packetLoad") return [OUT]
  if (operation.kind !== "call") return []
  return [operation.callee.kind === "subprogram" ? operation.callee.target : OUT]
}

function compileFunction(
  operations: readonly Operation[],
  graph: FlowGraph,
  functions: ProgramFunctions,
  options: CompileOptions,
): FunctionDefinition {
  const { blocks } = graph
  const start = blocks[0]!.start
  const code = new CodeWriter()
  const limits = limitsOf(blocks.flatMap(block => operations.slice(block.start, block.end)))
  emitLimits(code, limits)
  code.getGlobal(GLOBAL.fuel).set(LOCAL.fuel)
  if (blocks.some(({ end }) => operations[end - 1]?.kind === "mayGoto"))
    code.getGlobal(GLOBAL.loopBudget).set(LOCAL.loopsLeft)
  const writer = new FunctionWriter(code, operations, graph, { functions, limits })
  if (graph.isReducible && !options.dispatch) writer.structured()
  else writer.dispatched()
  code.op("unreachable", "end")
  return { type: BPF_FUNCTION, locals: LOCAL_TYPES, code: code.bytes, name: `f${start}` }
}

class FunctionWriter {
  readonly #code: CodeWriter
  readonly #operations: readonly Operation[]
  readonly #graph: FlowGraph
  readonly #context: FunctionContext

  constructor(
    code: CodeWriter,
    operations: readonly Operation[],
    graph: FlowGraph,
    context: FunctionContext,
  ) {
    this.#code = code
    this.#operations = operations
    this.#graph = graph
    this.#context = context
  }

  structured(): void {
    const code = this.#code
    const charges = fuelCharges(this.#graph)
    structure(this.#graph, {
      openBlock: () => void code.open("block"),
      openLoop: () => void code.open("loop"),
      openIf: () => void code.open("if"),
      close: () => void code.op("end"),
      body: block => {
        const charge = charges.get(block)
        if (charge !== undefined) emitCharge(code, charge, this.#graph.blocks[block]!.start)
        this.#body(block)
      },
      condition: block => emitCondition(code, this.#operations, this.#graph.blocks[block]!),
      branch: depth => void code.branch("br", depth),
      branchIf: depth => void code.branch("br_if", depth),
      unreachable: () => void code.op("unreachable"),
    })
  }

  /** A loop around a table of all blocks: `next` has the number of the one to go to. */
  dispatched(): void {
    const code = this.#code
    const { blocks } = this.#graph
    code.open("loop")
    for (let block = 0; block < blocks.length; block++) code.open("block")
    const depths = blocks.map((_, block) => block)
    code.get(LOCAL.next).branchTable(depths.slice(0, -1), depths.at(-1)!)
    blocks.forEach((block, number) => {
      code.op("end")
      emitCharge(code, block.end - block.start, block.start)
      this.#body(number)
      const again = blocks.length - 1 - number
      const [first, second] = block.successors
      if (first === undefined) code.op("unreachable")
      else if (second === undefined) code.i32(first).set(LOCAL.next).branch("br", again)
      else {
        code.i32(first).i32(second)
        emitCondition(code, this.#operations, block)
        code.op("select").set(LOCAL.next).branch("br", again)
      }
    })
    code.op("end")
  }

  #body(block: number): void {
    emitBlock(this.#code, this.#operations, this.#graph.blocks[block]!, this.#context)
  }
}
