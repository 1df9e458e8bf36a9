import type { Exhibit } from "skep"
import { SHOP } from "../programs/shop.ts"

const binary = "/tmp/skep-shop"
const [CALLS, PAUSE] = [5, 20]

const offCpu: Exhibit = {
  title: "how long a process sleeps between requests",
  setUp: world => world.install(binary, SHOP),
  async scenario({ world, object }) {
    const shop = await world.start(binary)
    object.globals.target = shop.pid
    for (let call = 0; call < CALLS; call++) {
      await shop.call("shop_discount", call)
      await world.sleep(PAUSE)
    }
    await shop.call("shop_discount", 0)
    object.globals.target = 0
    const { sleeps, wakeups, slept, name } = object.globals as Record<string, number | bigint | string>
    return {
      name,
      // It sleeps until it is asked again.
      sleeps: Number(sleeps) >= CALLS,
      wakeups: Number(wakeups) >= CALLS,
      pauses: Number(slept) / 1e6 >= CALLS * PAUSE,
    }
  },
  expected: { name: "skep-shop", sleeps: true, wakeups: true, pauses: true },
}

export default offCpu
