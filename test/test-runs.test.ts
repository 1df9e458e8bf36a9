// The test runs of test/kernel/suite/test-run-cases.ts on the embedded kernel, of each release and with each engine.
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { SkepError } from "../src/base/index.ts"
import { EmbeddedKernel } from "../src/embedded/embedded-kernel.ts"
import { readObject } from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import { answerOn } from "./kernel/suite/test-run-answers.ts"
import { RUN_CASES, told } from "./kernel/suite/test-run-cases.ts"

const RELEASES = ["6.1", "6.12"] as const
const ENGINES = ["wasm", "interpreter"] as const

const object = readObject(readFileSync(new URL("kernel/programs/test-run.bpf.o", import.meta.url)), {
  name: "test-run",
})

describe.each(RELEASES)("a test run on the embedded kernel %s", release => {
  const profile = loadBuiltinProfile(release)

  describe.each(ENGINES)("with the engine %s", engine => {
    test.each(RUN_CASES)("$name", async ({ name, program, options, isAttached }) => {
      await using kernel = new EmbeddedKernel(await profile, { engine, memoryBytes: 128 << 20 })
      const loaded = await kernel.load(object, { only: [program] })
      if (isAttached) await loaded.attach()
      const run = loaded.programs[program]!.run(options)
      const answer = await run.then(
        result => told(result, loaded.globals.seen as bigint[]),
        error => {
          if (error instanceof SkepError && error.errno) return error.errno
          throw error
        },
      )
      expect(answer).toBe(answerOn(release, name))
    })
  })
})
