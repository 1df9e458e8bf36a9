import type { Exhibit } from "skep"
import { DESK } from "../programs/desk.ts"

const binary = "/tmp/skep-desk"
const symbol = "desk_work"
const [SHORT, LONG] = [2, 150]

/** A clock at entry and one at return. */
const functionLatency: Exhibit = {
  title: "how long a function takes, as a histogram",
  setUp: world => world.install(binary, DESK),
  attach: {
    enter: { kind: "uprobe", binary, symbol },
    leave: { kind: "uretprobe", binary, symbol },
  },
  async scenario({ world, object, links }) {
    const desk = await world.start(binary)
    for (const time of [SHORT, LONG, SHORT]) await desk.call(symbol, time)
    await links.enter?.detach()
    await desk.call(symbol, SHORT)
    const slots: number[] = []
    for await (const [slot, count] of object.maps.histogram?.entries() ?? [])
      for (let call = 0n; call < (count as bigint); call++) slots.push(Number(slot))
    const microseconds = (time: number): number => Math.floor(Math.log2(time * 1000 - 1000))
    return {
      calls: slots.length,
      // A machine that is busy with other things makes calls longer, never shorter.
      isLongEnough: slots.every(slot => slot >= microseconds(SHORT)),
      hasLong: slots.some(slot => slot >= microseconds(LONG)),
      open: await countOf(object.maps.started?.entries()),
    }
  },
  expected: { calls: 3, isLongEnough: true, hasLong: true, open: 0 },
}

async function countOf(entries: AsyncIterable<unknown> | undefined): Promise<number> {
  let count = 0
  for await (const _ of entries ?? []) count++
  return count
}

export default functionLatency
