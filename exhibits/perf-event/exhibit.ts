import type { Exhibit, LoadedObject } from "skep"

interface Place {
  readonly pid: number
  readonly user_stack: number
}

/** A clock that ticks, and a program that looks where everybody is. */
const perfEvent: Exhibit = {
  title: "a profiler that counts call stacks",
  async scenario({ world, object }) {
    const link = await object.programs.sample?.attach({
      kind: "perfEvent",
      event: "cpu-clock",
      frequency: 200,
    })
    world.work(400)
    await link?.detach()
    const ours = await placesOf(object, world.pid)
    const numbers = [...new Set(ours.map(({ user_stack }) => user_stack).filter(stack => stack >= 0))]
    const stacks = await Promise.all(numbers.map(number => object.maps.stacks?.get(number)))
    const { samples, unreadable, last_counter } = object.globals
    world.work(100)
    return {
      foundUs: ours.length > 0,
      inOurCode: stacks.length > 0 && stacks.every(stack => firstAddress(stack) > 0n),
      readable: Number(unreadable) === 0 && Number(last_counter) > 0,
      stopped: object.globals.samples === samples,
    }
  },
  expected: { foundUs: true, inOurCode: true, readable: true, stopped: true },
}

async function placesOf({ maps }: LoadedObject, pid: number): Promise<Place[]> {
  const places: Place[] = []
  for await (const [key] of maps.counts?.entries() ?? []) places.push(key as Place)
  return places.filter(place => place.pid === pid)
}

function firstAddress(stack: unknown): bigint {
  const bytes = stack as Uint8Array
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
}

export default perfEvent
