import type { Instruction, Operation } from "../../isa/index.ts"
import type { Arena } from "../arena.ts"
import { functionStarts } from "../functions.ts"
import type { Fact } from "../machine.ts"
import { prepare } from "../prepare.ts"
import { type FunctionContext, firstFunction, firstLeaf } from "./emit/context.ts"
import { eachFunction } from "./emit/each.ts"
import { emitConditions, payingFunction } from "./emit/entry.ts"
import { type FunctionOptions, writeFunction } from "./emit/function.ts"
import { FunctionCode } from "./emit/function-code.ts"
import type { FunctionImport } from "./encode/module.ts"
import { encodeModule, type FunctionDefinition } from "./encode/module.ts"
import type { ValueType } from "./encode/opcodes.ts"
import { blocksOf } from "./flow/blocks.ts"
import { flowGraph } from "./flow/graph.ts"
import { limitSearches } from "./flow/loop-limits.ts"
import { signaturesOf } from "./flow/signatures.ts"
import { FUNCTION_IMPORTS, functionName, GLOBAL_IMPORTS, OWN_GLOBALS } from "./layout.ts"
import { type NativeFunctions, nativeName } from "./natives.ts"
import { factsBySlot } from "./optimise/facts.ts"
import { Inliner } from "./optimise/inline.ts"
import { filled, type Optimised, optimise } from "./optimise/optimise.ts"
import type { Tier } from "./tier.ts"

export interface CompileOptions {
  /** Quick unless told otherwise. */
  readonly tier?: Tier
  /** Bytes of memory there are: accesses beyond are faults, even if it grows. 2 GiB unless told otherwise. */
  readonly memoryBytes?: number
  /** What is true of every run: see `ExecutableProgram`. */
  readonly facts?: readonly Fact[] | undefined
  /** Helper calls that need not leave WebAssembly; gets the functions that the module imports for them. */
  readonly natives?: NativeFunctions | undefined
  /** The arena that the program's casts are about. */
  readonly arena?: Arena | undefined
  /** Every function as a loop around a jump table, as irreducible ones are: for tests and measurements. */
  readonly dispatch?: boolean
}

const MAX_MEMORY_BYTES = 2 ** 31

/** A WebAssembly module with one function `f<slot>` for each function of a program. */
export function compileProgram(
  operations: readonly Operation[],
  starts: readonly number[],
  options: CompileOptions = {},
): Uint8Array<ArrayBuffer> {
  const { tier = "quick", memoryBytes = MAX_MEMORY_BYTES, natives, arena } = options
  const functions = new Map(starts.map((start, number) => [start, number]))
  const blocks = new Map(starts.map(start => [start, blocksOf(operations, start)]))
  if (natives) for (const own of blocks.values()) natives.add(own)
  const hasRegisterCalls = usesRegisterCalls(operations)
  const signatures = signaturesOf(blocks, hasRegisterCalls)
  const context: FunctionContext = {
    functions,
    signatures,
    memoryBytes,
    inside: new Set(),
    short: new Set(),
    slots: [],
    innerFrames: 0,
    arena,
    natives,
    nativeCalls: new Map(),
  }
  const { dispatch = false } = options
  const quick = (start: number, name?: string): FunctionDefinition => {
    const signature = signatures.get(start)!
    const plain = flowGraph(blocks.get(start)!)
    const graph = dispatch ? plain : limitSearches(plain, signatures, signature)
    return writeFunction(graph, context, { signature, dispatch, name })
  }
  const leaves = natives?.leaves ?? []
  const own: FunctionDefinition[] = []
  const fallbacks: FunctionDefinition[] = []
  const inliner = new Inliner(blocks, tier)
  const optimising = { memoryBytes, signatures, facts: factsBySlot(options.facts ?? []) }
  const rewritten = (start: number): Optimised | undefined => {
    if (tier === "optimising") return optimise(inliner, start, optimising)
    return dispatch ? undefined : filled(inliner, start, signatures)
  }
  for (const start of starts) {
    const signature = signatures.get(start)!
    const name = signature.cost === undefined ? functionName(start) : undefined
    const optimised = rewritten(start)
    if (optimised === undefined) own.push(quick(start, name))
    else {
      const fallback = firstLeaf(context) + leaves.length + fallbacks.length
      own.push(writeOptimised(optimised, context, { signature, fallback, name }))
      fallbacks.push(quick(start))
    }
  }
  const numberOf = (start: number): number => firstFunction(context) + functions.get(start)!
  const entries = starts.filter(start => signatures.get(start)!.cost !== undefined)
  return encodeModule({
    functionImports: [...FUNCTION_IMPORTS, ...(natives?.parameters ?? []).map(nativeImport)],
    globalImports: GLOBAL_IMPORTS,
    globals: OWN_GLOBALS,
    functions: [
      ...own,
      ...leaves,
      ...fallbacks,
      ...entries.map(start =>
        payingFunction(functionName(start), start, signatures.get(start)!, numberOf(start)),
      ),
      ...(signatures.has(0) ? [eachFunction(numberOf(0), signatures.get(0)!.parameters)] : []),
    ],
    table: new Map(
      hasRegisterCalls ? starts.map((start, number) => [start, firstFunction(context) + number]) : [],
    ),
  })
}

function nativeImport(parameters: number, number: number): FunctionImport {
  return {
    name: nativeName(number),
    type: { parameters: Array<ValueType>(parameters).fill("i32"), results: ["i32"] },
  }
}

function writeOptimised(
  { graph, registers, inside, short, slots, conditions }: Optimised,
  context: FunctionContext,
  { signature, fallback, name }: Pick<FunctionOptions, "signature" | "name"> & { readonly fallback: number },
): FunctionDefinition {
  const code = new FunctionCode()
  emitConditions(code, conditions, slots.length > 0, context.memoryBytes, fallback, signature.parameters)
  const { innerFrames } = conditions
  return writeFunction(
    graph,
    { ...context, inside, short, slots, innerFrames },
    { signature, code, name, registers },
  )
}

/** A whole program, with the functions that it names itself. */
export function compileInstructions(
  instructions: readonly Instruction[],
  options: CompileOptions = {},
): Uint8Array<ArrayBuffer> {
  const operations = prepare(instructions)
  return compileProgram(operations, functionStarts(operations), options)
}

function usesRegisterCalls(operations: readonly Operation[]): boolean {
  return operations.some(operation => operation.kind === "call" && operation.callee.kind === "register")
}
