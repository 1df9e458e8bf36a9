import type { Exhibit } from "skep"

const police: Exhibit = {
  title: "a token bucket as an action of traffic control",
  setUp: world =>
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24"] },
    ),
  async scenario({ world, object }) {
    // The neighbour is known afterwards, and nothing but echo requests passes.
    const before = await world.ping("10.1.1.2")
    const point = { kind: "tc", interface: "skep0", direction: "egress" } as const
    const link = await object.programs.police!.attach(point)
    object.globals.tokens = 3n
    const answers: boolean[] = []
    for (let turn = 0; turn < 5; turn++) answers.push(await world.ping("10.1.1.2"))
    object.globals.tokens = 1n
    answers.push(await world.ping("10.1.1.2"))
    await link.detach()
    return { before, answers, refused: object.globals.refused, after: await world.ping("10.1.1.2") }
  },
  expected: {
    before: true,
    answers: [true, true, true, false, false, true],
    refused: 2n,
    after: true,
  },
}

export default police
