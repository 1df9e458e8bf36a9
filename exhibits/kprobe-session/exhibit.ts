import type { Exhibit } from "skep"

/** One program at entry and return of a function. */
const kprobeSession: Exhibit = {
  title: "entry and return by one program",
  since: "6.12",
  globals: ({ pid }) => ({ watched_pid: pid }),
  async scenario({ world, object, outcome }) {
    for (let call = 0; call < 4; call++) outcome(() => world.unlink("/tmp/nothing-there"))
    const { entries, returns, nanoseconds } = object.globals as Record<string, number | bigint>
    return { entries, returns, tookTime: BigInt(nanoseconds ?? 0) > 0n }
  },
  expected: { entries: 4, returns: 2, tookTime: true },
}

export default kprobeSession
