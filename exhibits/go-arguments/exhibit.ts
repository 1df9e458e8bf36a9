import type { Exhibit } from "skep"
import { DESK } from "../programs/desk.ts"

interface Call {
  readonly pid: number
  readonly is_old: number
  readonly registers: readonly bigint[]
  readonly stack: readonly bigint[]
  readonly c: readonly bigint[]
}

const binary = "/tmp/skep-desk"

/** Go calls its functions its own way, and changed its mind about it. */
const goArguments: Exhibit = {
  title: "arguments of Go functions: in other registers than C's, or on the stack",
  setUp: world => world.install(binary, DESK),
  async scenario({ world, object }) {
    const desk = await world.start(binary)
    const sums = [await desk.call("desk_sum", 4711, 289), await desk.call("desk_old_sum", 1000, 337)]
    const all = object.events().map(({ value }) => value as Call)
    const [now, old] = all.filter(({ pid }) => pid === desk.pid)
    return {
      sums: sums.map(Number),
      registers: now?.registers.map(Number),
      stack: old?.stack.map(Number),
      // A probe that looks elsewhere is not refused: it sees what happens to be there.
      elsewhere: [now?.stack, old?.registers].map(
        each => `${each}` === `${now?.registers}` || `${each}` === `${old?.stack}`,
      ),
    }
  },
  expected: { sums: [5000, 1337], registers: [4711, 289], stack: [1000, 337], elsewhere: [false, false] },
}

export default goArguments
