// 200 packets through each program of packet-cases.ts, on the real kernel.
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { packetAnswersOn } from "./packet-answers.ts"
import { answersOf, PACKET_PROGRAMS, shortened } from "./packet-cases.ts"
import { programs, release } from "./tracing/style.ts"

describe("200 packets", () => {
  const answers: Record<string, unknown> = {}

  for (const { object, program } of PACKET_PROGRAMS)
    test(`through ${program}, as recorded`, async () => {
      await using kernel = await openLinuxKernel()
      const loaded = await kernel.load(programs(object))
      const got = await answersOf(loaded, program)
      answers[program] = got.map(answer => ({
        name: answer.name,
        result: answer.result,
        short: shortened(answer),
        packet: Buffer.from(answer.packet).toString("hex"),
        noted: answer.noted.map(word => word.toString(16)),
      }))
      writeFileSync("/tmp/out/packet-runs.json", JSON.stringify(answers, null, 1))
      assert.deepEqual(got.map(shortened), packetAnswersOn(release, program))
    })
})
