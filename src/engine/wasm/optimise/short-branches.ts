import type { Step } from "../flow/blocks.ts"
import type { FlowGraph } from "../flow/graph.ts"
import type { Ranges } from "./ranges.ts"
import { operandValue } from "./transfer.ts"
import { isNumber } from "./values.ts"

/** Branches on 64 bits that compare numbers which fit into 32. */
export function shortBranches(graph: FlowGraph, ranges: Ranges): ReadonlySet<Step> {
  const short = new Set<Step>()
  for (const block of graph.blocks.keys())
    ranges.visit(block, (step, state) => {
      const { operation } = step
      if (operation.kind !== "branch" || operation.width === 32) return
      const { comparison, dst, source } = operation
      const end = comparison.startsWith("s") && comparison !== "set" ? 2 ** 31 : 2 ** 32
      const fits = [state.read(dst), operandValue(source, 64, state.read)].every(
        known => isNumber(known) && known.high < end && known.low >= 0,
      )
      if (fits) short.add(step)
    })
  return short
}
