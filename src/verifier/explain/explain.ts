import type { Rejection } from "../reject.ts"
import type { Rule } from "../rule.ts"
import type { Walk } from "../walk/walk.ts"
import { explainArena } from "./arenas.ts"
import {
  explainArgumentType,
  explainArgumentValue,
  explainCallback,
  explainGlobalFunction,
  explainIterator,
  explainMemorySize,
  explainNullArgument,
  explainTrust,
} from "./arguments.ts"
import {
  explainGplOnly,
  explainHelperNotAllowed,
  explainHelperUnknown,
  explainKfuncNotAllowed,
  explainSleepable,
} from "./calls.ts"
import { chainOf } from "./chain.ts"
import { explainContextAccess } from "./context.ts"
import {
  explainBackEdge,
  explainConstantArithmetic,
  explainEncoding,
  explainInfiniteLoop,
  explainJumpTarget,
  explainProgramEnd,
  explainTooComplex,
  explainUnreachable,
} from "./control-flow.ts"
import { explainDynptr } from "./dynptrs.ts"
import { explainException } from "./exceptions.ts"
import type { Explanation } from "./explanation.ts"
import { type Explainer, failureOf } from "./failure.ts"
import { explainUninitialisedRegister } from "./initialised.ts"
import {
  explainAttachTarget,
  explainCapability,
  explainDebugRecords,
  explainExtension,
  explainMapHelper,
  explainMapProgram,
  explainPacketLoad,
  explainUnnamed,
} from "./loading.ts"
import {
  explainAlignment,
  explainMemoryBounds,
  explainReadOnlyMap,
  explainReadOnlyMemory,
  explainSpecialField,
} from "./memory.ts"
import { explainKptr, explainObject, explainWorkItem } from "./objects.ts"
import { explainPacketBounds } from "./packet.ts"
import {
  explainFramePointer,
  explainMixedPointers,
  explainMovedPointer,
  explainPointerArithmetic,
  explainPointerComparison,
  explainPointerLeak,
  explainPointerNeeded,
} from "./pointers.ts"
import {
  explainLock,
  explainPreemption,
  explainRcu,
  explainReferenceLeak,
  explainRelease,
} from "./references.ts"
import { explainReturnValue } from "./returns.ts"
import { explainSpeculation } from "./speculation.ts"
import {
  explainCallDepth,
  explainSpill,
  explainStackBounds,
  explainStackDepth,
  explainUninitialisedStack,
} from "./stack.ts"
import { explainStructureAccess } from "./structures.ts"

const EXPLAINERS: Readonly<Record<Rule, Explainer>> = {
  "packet-bounds": explainPacketBounds,
  "memory-bounds": explainMemoryBounds,
  "stack-bounds": explainStackBounds,
  "context-access": explainContextAccess,
  "structure-access": explainStructureAccess,
  "special-field": explainSpecialField,
  "pointer-needed": explainPointerNeeded,
  "moved-pointer": explainMovedPointer,
  "mixed-pointers": explainMixedPointers,
  "read-only-memory": explainReadOnlyMemory,
  "read-only-map": explainReadOnlyMap,
  alignment: explainAlignment,
  spill: explainSpill,
  "uninitialised-register": explainUninitialisedRegister,
  "uninitialised-stack": explainUninitialisedStack,
  "pointer-arithmetic": explainPointerArithmetic,
  "pointer-comparison": explainPointerComparison,
  "pointer-leak": explainPointerLeak,
  "constant-arithmetic": explainConstantArithmetic,
  "frame-pointer": explainFramePointer,
  speculation: explainSpeculation,
  "helper-unknown": explainHelperUnknown,
  "helper-not-allowed": explainHelperNotAllowed,
  "kfunc-not-allowed": explainKfuncNotAllowed,
  "gpl-only": explainGplOnly,
  sleepable: explainSleepable,
  "argument-type": explainArgumentType,
  "argument-value": explainArgumentValue,
  "null-argument": explainNullArgument,
  "memory-size": explainMemorySize,
  trust: explainTrust,
  iterator: explainIterator,
  dynptr: explainDynptr,
  kptr: explainKptr,
  object: explainObject,
  "work-item": explainWorkItem,
  arena: explainArena,
  callback: explainCallback,
  "global-function": explainGlobalFunction,
  "map-helper": explainMapHelper,
  "map-program": explainMapProgram,
  "packet-load": explainPacketLoad,
  "reference-leak": explainReferenceLeak,
  release: explainRelease,
  lock: explainLock,
  rcu: explainRcu,
  preemption: explainPreemption,
  "return-value": explainReturnValue,
  exception: explainException,
  "infinite-loop": explainInfiniteLoop,
  "back-edge": explainBackEdge,
  "too-complex": explainTooComplex,
  unreachable: explainUnreachable,
  "jump-target": explainJumpTarget,
  "program-end": explainProgramEnd,
  "stack-depth": explainStackDepth,
  "call-depth": explainCallDepth,
  encoding: explainEncoding,
  "debug-records": explainDebugRecords,
  capability: explainCapability,
  "attach-target": explainAttachTarget,
  extension: explainExtension,
}

const AHEAD =
  "no execution gets here, but a processor that guesses a jump wrongly, or adds to a pointer before its mask is known, may"

/** Explains a refusal from where the walk stands. Costs nothing before one: the path is read off the states. */
export function explain(walk: Walk, rejection: Rejection): Explanation {
  const failure = failureOf(walk, rejection)
  const { rule } = rejection
  const told = (rule ? EXPLAINERS[rule] : explainUnnamed)(failure)
  const {
    start = failure.register === undefined ? {} : { registers: [failure.register] },
    links = [],
    ...rest
  } = told
  const chain = new Map([...chainOf(walk, start), ...links].map(step => [step.instruction, step]))
  const inOrder = [...chain.values()]
  if (links.length > 0) inOrder.sort((a, b) => a.instruction - b.instruction)
  const known = walk.state.speculative ? `${rest.known}; ${AHEAD}` : rest.known
  return { rule, ...rest, known, chain: inOrder }
}
