import { FRAME_BYTES, UNUSED_BYTES } from "../../machine.ts"
import type { Step } from "../flow/blocks.ts"
import type { FlowGraph } from "../flow/graph.ts"
import { frameOffset } from "../flow/registers.ts"
import type { Ranges } from "./ranges.ts"
import { FRAME } from "./values.ts"

/** Memory from `start` to `end`, counted from what a register of r1 … r5 holds when the function starts, or from 0. */
export interface Window {
  readonly register: 0 | 1 | 2 | 3 | 4 | 5
  readonly start: number
  readonly end: number
}

/** Accesses that need no check of their own as long as the windows are in memory. */
export interface Windows {
  readonly inside: ReadonlySet<Step>
  readonly windows: readonly Window[]
}

/** Windows are tested at once, so one that is much larger than what is really used would fail in vain. */
const MAX_WINDOW = 2 ** 20

/** Finds how far accesses go from a function's arguments, its frame, and known addresses. */
export function windowsOf(
  graph: FlowGraph,
  ranges: Ranges,
  memoryBytes: number,
  innerFrames: number,
): Windows {
  const inside = new Set<Step>()
  const windows = new Map<Window["register"], Window>()
  const include = (register: Window["register"], start: number, end: number): void => {
    const known = windows.get(register)
    windows.set(register, {
      register,
      start: Math.min(start, known?.start ?? start),
      end: Math.max(end, known?.end ?? end),
    })
  }
  for (const block of graph.blocks.keys())
    ranges.visit(block, (step, state) => {
      const { operation } = step
      if (!("base" in operation) || frameOffset(operation.base) !== undefined) return
      const { base, low, high } = state.read(operation.base)
      // The constant part is added by the access itself when it is not negative: then the base must be in memory too.
      const [start, end] = [
        low + Math.min(operation.offset, 0),
        high + Math.max(operation.offset, 0) + operation.size,
      ]
      if (base < 0) return
      if (base === FRAME) {
        const lowest = -(innerFrames + 1) * FRAME_BYTES
        if (start >= lowest && high + operation.offset + operation.size <= 0 && high <= 0) inside.add(step)
      } else if (base === 0) {
        if (start < UNUSED_BYTES || end > memoryBytes) return
        inside.add(step)
        include(0, start, end)
      } else if (end - start <= MAX_WINDOW && start > -MAX_WINDOW && end < MAX_WINDOW) {
        inside.add(step)
        include(base as Window["register"], start, end)
      }
    })
  for (const register of ranges.assumed) if (register !== FRAME) include(register as Window["register"], 0, 0)
  return { inside, windows: [...windows.values()] }
}
