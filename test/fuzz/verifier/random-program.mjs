// Programs as people write them, in text: contexts, packets, maps, stacks, loops and calls, each used as the verifier wants
// it, but for a slip here and there. r6 is the context; r7 to r9 keep values; the others are a fragment's own.
import { FRAGMENTS } from "./fragments.mjs"
import { TYPES } from "./program-types.mjs"

const MAX_DEPTH = 3

/** The same program for the same numbers. */
export function randomVerifierProgram(random) {
  const type = random.pick(TYPES)
  const scope = newScope(random, type)
  scope.put("r6 = r1")
  for (const kept of [7, 8, 9]) scope.keepScalar(kept)
  scope.body(2 + random.below(6))
  scope.put(...ending(scope))
  for (const write of scope.functions) write()
  return { type, text: scope.lines.join("\n") }
}

function newScope(random, type) {
  const lines = []
  let labels = 0
  let depth = 0
  const scope = {
    random,
    type,
    lines,
    /** Writes functions that stand behind the program, which may want others. */
    functions: [],
    /** What r7 to r9 hold: "scalar", or a map's value and its size. */
    kept: new Map(),
    /** Bytes of the stack, from r10 down, that were written. */
    written: new Set(),
    /** Whether the fragment at hand may be walked many times. */
    inLoop: false,
    /** Whether r6 is the context here, and r7 to r9 are the program's. */
    isMain: true,
    label: () => `l${labels++}`,
    put: (...more) => void lines.push(...more),
    slips: (oneIn = 16) => random.chance(oneIn),
    keepScalar(register) {
      scope.put(...scalarInto(scope, register))
      scope.kept.set(register, { kind: "scalar" })
    },
    body(count) {
      if (depth === MAX_DEPTH) return
      depth++
      for (let left = count; left > 0; left--) {
        const fragment = random.pick(FRAGMENTS)
        if (scope.isMain || fragment.anywhere) fragment(scope)
      }
      depth--
    },
  }
  return scope
}

function scalarInto({ random, type }, register) {
  const [offset, size] = random.pick(type.fields)
  if (random.chance(2)) return [`r${register} = *(u${size * 8} *)(r6 +${offset})`]
  return [`r${register} = ${random.pick([0, 1, 7, -1, 255, 4096, random.below(1000)])}`]
}

function ending(scope) {
  const { random, type } = scope
  const [low, high] = type.returns ?? [-5, 300]
  if (scope.slips(30)) return ["exit"]
  if (scope.slips(30)) return ["r0 = r10", "exit"]
  if (random.chance(4) && scope.kept.get(7)?.kind === "scalar")
    return ["r0 = r7", type.returns && !scope.slips() ? "r0 &= 1" : "r0 += 1", "exit"]
  const value = scope.slips(20) ? high + 1 : low + random.below(high - low + 1)
  return [`r0 = ${value}`, "exit"]
}
