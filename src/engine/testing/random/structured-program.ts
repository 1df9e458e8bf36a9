import type { Instruction } from "../../../isa/index.ts"
import type { Random } from "../random-program.ts"
import {
  arithmetic,
  condition,
  earlyEnd,
  narrowThenWide,
  refinement,
  relation,
  tangle,
} from "./arithmetic-fragments.ts"
import {
  callback,
  frameEscape,
  helperCall,
  kernelFunctionCall,
  packetLoad,
  recursion,
  subprogramCall,
  tailCall,
  throughArgument,
} from "./call-fragments.ts"
import { budgetLoop, countedLoop, loadedBound, pointerLoop } from "./loop-fragments.ts"
import { boundedIndex, lookedUp, packet, unknownValue, wrappedAddress } from "./pointer-fragments.ts"
import { alu, immediate, move, ProgramWriter, register } from "./program-writer.ts"
import type { Callee, Scope } from "./scope.ts"
import { aliases, atomic, frameAccess, framePointerCopy, orderedAccess, spill } from "./stack-fragments.ts"
import { stride, strideAtEdge } from "./stride-fragments.ts"
import {
  accessesAtEdge,
  broken,
  endless,
  foreignFrame,
  wildAccess,
  wildPointer,
  wrongCheck,
} from "./wild-fragments.ts"

type Fragment = (scope: Scope) => void

/** What programs are made of, by weight. */
const FRAGMENTS: readonly (readonly [weight: number, fragment: Fragment])[] = [
  [6, arithmetic],
  [3, narrowThenWide],
  [2, relation],
  [3, refinement],
  [3, condition],
  [2, tangle],
  [1, earlyEnd],
  [3, unknownValue],
  [4, frameAccess],
  [4, spill],
  [4, framePointerCopy],
  [2, aliases],
  [2, atomic],
  [1, orderedAccess],
  [3, boundedIndex],
  [2, wrappedAddress],
  [3, packet],
  [2, lookedUp],
  [5, countedLoop],
  [2, pointerLoop],
  [1, budgetLoop],
  [2, loadedBound],
  [2, stride],
  [4, frameEscape],
  [4, subprogramCall],
  [3, helperCall],
  [1, kernelFunctionCall],
  [2, callback],
  [1, tailCall],
  [1, packetLoad],
]

const WILD_FRAGMENTS: readonly (readonly [weight: number, fragment: Fragment])[] = [
  [3, wildAccess],
  [4, wildPointer],
  [4, accessesAtEdge],
  [4, strideAtEdge],
  [5, wrongCheck],
  [5, foreignFrame],
  [3, endless],
  [1, broken],
]

function weighted(rows: typeof FRAGMENTS): readonly Fragment[] {
  return rows.flatMap(([weight, fragment]) => Array.from({ length: weight }, () => fragment))
}

const VALID = weighted(FRAGMENTS)
const WILD = [...VALID, ...weighted(WILD_FRAGMENTS), ...weighted(WILD_FRAGMENTS)]

/** Conditions and loops nest no deeper. */
const MAX_DEPTH = 4

export interface StructuredProgramOptions {
  /** Pointers to anywhere, endless loops, foreign frames and broken instructions. */
  readonly wild?: boolean
}

/**
 * A program of up to three functions, put together from fragments that compilers emit and optimisers reason about. Unless it
 * is wild it touches only its frames and the data page, and mostly ends.
 */
export function structuredProgram(
  random: Random,
  { wild = false }: StructuredProgramOptions = {},
): Instruction[] {
  const writer = new ProgramWriter()
  const functions = Array.from({ length: 1 + random.below(3) }, (_, index) => ({
    label: writer.label(),
    takesPointer: index > 0 && random.chance(2),
  }))
  functions.forEach((_, index) => {
    writeFunction(writer, random, functions, index, wild)
  })
  return writer.finish()
}

function writeFunction(
  writer: ProgramWriter,
  random: Random,
  functions: readonly Callee[],
  index: number,
  wild: boolean,
): void {
  const fragments = wild ? WILD : VALID
  let depth = 0
  const { label: self, takesPointer } = functions[index]!
  const scope: Scope = {
    random,
    writer,
    callees: functions.slice(index + 1),
    self,
    out: writer.label(),
    reserved: new Set(),
    reservedSlots: new Set(),
    repeats: 1,
    body(count) {
      if (depth === MAX_DEPTH) {
        arithmetic(scope)
        return
      }
      depth++
      for (let left = count; left > 0; left--) random.pick(fragments)(scope)
      depth--
    },
  }
  writer.place(self)
  const isLast = index > 0 && index === functions.length - 1
  if (takesPointer) throughArgument(scope)
  else if (isLast && random.chance(3)) recursion(scope)
  scope.body(index === 0 ? 3 + random.below(6) : 1 + random.below(4))
  writer.place(scope.out)
  // What any register holds shows in the result.
  for (let number = 1; number < 10; number++) {
    if (index > 0 && random.chance(2)) continue
    writer.put(alu("mul", 0, immediate(31)), alu("add", 0, register(number)))
  }
  if (index > 0 && random.chance(2)) writer.put(move(0, register(0), 32))
  writer.put({ kind: "exit" })
}
