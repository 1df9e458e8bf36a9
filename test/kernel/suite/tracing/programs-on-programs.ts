import assert from "node:assert/strict"
import { test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { programs } from "./style.ts"

test("a function that the target lacks is refused with those it has", async () => {
  await using kernel = await openLinuxKernel()
  const loaded = await kernel.load(programs("base"), { only: ["ask"] })
  await assert.rejects(
    kernel.load(programs("replace"), {
      only: ["new_answer"],
      targets: { new_answer: { program: loaded.programs.ask!, function: "answr" } },
    }),
    { errno: "ENOENT", hint: /answer/ },
  )
})
