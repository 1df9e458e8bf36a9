import type { Exhibit, KernelMap } from "skep"

/** Programs answer for a function of the kernel, until one agrees to let it answer itself. */
const fmodRet: Exhibit = {
  title: "answering for a function of the kernel",
  async scenario({ world, object, outcome }) {
    const { steps } = object.maps
    const path = "/tmp/ledger"
    const first = outcome(() => world.open(path, { create: true }))
    const firstSteps = await takeAll(steps)
    const second = outcome(() => world.open(path))
    const secondSteps = await takeAll(steps)
    world.unlink(path)
    return { first, firstSteps, second, secondSteps }
  },
  expected: {
    first: "EPERM",
    firstSteps: [1, 2, 4, -1],
    second: "ok",
    secondSteps: [1, 2, 3, 4, 0],
  },
}

async function takeAll(queue: KernelMap | undefined): Promise<number[]> {
  const numbers: number[] = []
  for await (const [, value] of queue?.take() ?? []) numbers.push(Number(value))
  return numbers
}

export default fmodRet
