import type { Exhibit } from "skep"

const AVAILABLE = "/proc/sys/net/ipv4/tcp_available_congestion_control"

/** Programs become a part of the kernel: one more way for TCP to share a line. */
const structOps: Exhibit = {
  title: "a congestion control of TCP made of programs",
  async scenario({ kernel, world, object }) {
    const available = (): string[] => world.readText(AVAILABLE).trim().split(" ")
    const registered = available().includes("skep_fixed")
    const other = await kernel.load(object.spec)
    const again = await refusalOf(other.attach())
    await object.detach()
    const afterwards = available().includes("skep_fixed")
    await other.attach()
    const byOther = available().includes("skep_fixed")
    await other[Symbol.asyncDispose]()
    return {
      builtIn: available()[0],
      registered,
      again,
      afterwards,
      byOther,
      last: available().includes("skep_fixed"),
    }
  },
  expected: {
    builtIn: "reno",
    registered: true,
    again: "map 'fixed': cannot be registered: File exists (EEXIST)",
    afterwards: false,
    byOther: true,
    last: false,
  },
}

async function refusalOf(attaching: Promise<unknown>): Promise<string> {
  try {
    await attaching
    return "attached"
  } catch (error) {
    return (error as Error).message
  }
}

export default structOps
