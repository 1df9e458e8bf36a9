import type { Exhibit } from "skep"

const INGRESS = { kind: "tcx", interface: "skep0", direction: "ingress" } as const

const chain: Exhibit = {
  title: "several tcx programs on one side of a device: counting, deciding, and one that is never asked",
  since: "6.6",
  setUp: world =>
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24"] },
    ),
  attach: {
    last: INGRESS,
    decide: ({ object }) => ({ ...INGRESS, before: object.programs.last!.id }),
    count: ({ object }) => ({ ...INGRESS, before: object.programs.decide!.id }),
  },
  async scenario({ world, object }) {
    const answers: boolean[] = []
    for (let turn = 0; turn < 3; turn++) answers.push(await world.ping("10.1.1.2"))
    const { passed, dropped, after } = object.globals
    return { answers, sawAll: (object.globals.counted as bigint) >= 3n, passed, dropped, after }
  },
  expected: { answers: [true, true, false], sawAll: true, passed: 2n, dropped: 1n, after: 0n },
}

export default chain
