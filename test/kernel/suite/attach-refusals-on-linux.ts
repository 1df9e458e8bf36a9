// The wrong places of attach-refusals.ts on the real kernel. Nothing is left open behind a refusal.
import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import { describe, test } from "node:test"
import { openLinuxKernel, openLinuxWorld } from "skep/linux"
import { answerOf, prepare, WRONG_PLACES } from "./attach-refusals.ts"
import { guest, programs, release } from "./tracing/style.ts"

const descriptors = (): number => readdirSync("/proc/self/fd").length

describe("a program is not attached to", () => {
  for (const place of WRONG_PLACES)
    test(`${place.what}: ${place.program}`, async () => {
      await using kernel = await openLinuxKernel()
      await using world = openLinuxWorld(kernel)
      prepare(world)
      const load = async (names: readonly string[]) => {
        const object = await kernel.load(programs("attach-refusals"), { only: names })
        return {
          programs: object.programs,
          mapId: object.maps.numbers!.id,
          [Symbol.asyncDispose]: () => object[Symbol.asyncDispose](),
        }
      }
      let open = 0
      const answer = await answerOf(load, place, {
        before: () => {
          open = descriptors()
        },
        after: () => assert.equal(descriptors(), open, "a descriptor is left open"),
      })
      const { answer: expected, onOld = expected, onReference = expected } = place
      const here = guest === "reference" ? onReference : expected
      assert.deepEqual(answer, release === "6.1" ? onOld : here)
    })
})
