// The wrong places of test/kernel/suite/attach-refusals.ts on the embedded kernel, of each release. Refusals leave no memory behind.
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { EmbeddedKernel } from "../src/embedded/embedded-kernel.ts"
import { readObject } from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import { answerOf, prepare, WRONG_PLACES } from "./kernel/suite/attach-refusals.ts"

const object = readObject(readFileSync(new URL("kernel/programs/attach-refusals.bpf.o", import.meta.url)), {
  name: "attach-refusals",
})

describe.each(["6.1", "6.12"])("the embedded kernel %s attaches no program to", release => {
  test.each(WRONG_PLACES)("$what: $program", async place => {
    await using kernel = new EmbeddedKernel(await loadBuiltinProfile(release))
    prepare(kernel.world)
    const load = async (names: readonly string[]) => {
      const loaded = await kernel.load(object, { only: names })
      const close = () => loaded[Symbol.asyncDispose]()
      return { programs: loaded.programs, mapId: loaded.maps.numbers!.id, [Symbol.asyncDispose]: close }
    }
    const used = () => kernel.memory.kernel.used
    let before = 0
    const answer = await answerOf(load, place, {
      before: () => {
        before = used()
      },
      after: () => expect(used()).toBe(before),
    })
    const { answer: expected, onOld = expected } = place
    expect(answer).toEqual(release === "6.1" ? onOld : expected)
  })
})
