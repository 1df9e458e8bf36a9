import assert from "node:assert/strict"
import { test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { programs } from "../tracing/style.ts"

test("programs of other types have no business on an infrared receiver", async () => {
  await using kernel = await openLinuxKernel()
  const { classify } = (await kernel.load(programs("network"), { only: ["classify"] })).programs
  await assert.rejects(
    classify!.attach({ kind: "lirc", device: "/dev/lirc0" }),
    /lirc_mode2 programs go there/,
  )
})
