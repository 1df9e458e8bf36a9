import type { Exhibit } from "skep"

interface Removal {
  readonly pid: number
  readonly result: number
  readonly nanoseconds: bigint
}

/** The arguments of a function are its own types, and at return they are there beside the result. */
const fentry: Exhibit = {
  title: "how long removing a file takes, by fentry and fexit",
  async scenario({ world, object, outcome }) {
    world.open("/tmp/parcel", { create: true })
    const removed = [1, 2].map(() => outcome(() => world.unlink("/tmp/parcel")))
    const all = object.events().map(({ value }) => value as Removal)
    const ours = all.filter(({ pid }) => pid === world.pid)
    return {
      removed,
      results: ours.map(({ result }) => result),
      tookTime: ours.every(({ nanoseconds }) => nanoseconds > 0n),
    }
  },
  expected: { removed: ["ok", "ENOENT"], results: [0, -2], tookTime: true },
}

export default fentry
