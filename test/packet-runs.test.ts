// The 200 packets of test/kernel/suite/packet-inputs.ts on the embedded kernel of each release.
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { EmbeddedKernel } from "../src/embedded/embedded-kernel.ts"
import { readObject } from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import { packetAnswersOn } from "./kernel/suite/packet-answers.ts"
import { answersOf, PACKET_PROGRAMS, shortened } from "./kernel/suite/packet-cases.ts"
import { PACKETS } from "./kernel/suite/packet-inputs.ts"

test("there are 200 packets, each another one", () => {
  expect(new Set(PACKETS.map(({ bytes }) => bytes.join())).size).toBe(200)
})

describe.each(["6.1", "6.12"])("200 packets on the embedded kernel %s", release => {
  const profile = loadBuiltinProfile(release)

  test.each(PACKET_PROGRAMS)("come out of $program as out of Linux", async ({ object, program }) => {
    const url = new URL(`kernel/programs/${object}.bpf.o`, import.meta.url)
    await using kernel = new EmbeddedKernel(await profile, { memoryBytes: 128 << 20 })
    const loaded = await kernel.load(readObject(readFileSync(url), { name: object }))
    const answers = await answersOf(loaded, program)
    const told = (answer: string, index: number): string => `${PACKETS[index]?.name}: ${answer}`
    expect(answers.map(shortened).map(told)).toEqual(packetAnswersOn(release, program).map(told))
  })
})
