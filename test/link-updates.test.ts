// Programs in the place of others on their links (test/kernel/suite/link-updates.ts), on the embedded kernel of each release.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { EmbeddedKernel } from "../src/embedded/embedded-kernel.ts"
import { formatCall } from "../src/kernel/index.ts"
import { readObject } from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import {
  ATTACHED_TWICE,
  attachedTwice,
  prepare,
  socketsWhileUpdated,
  wrongUpdates,
} from "./kernel/suite/link-updates.ts"

const object = readObject(readFileSync(new URL("kernel/programs/attach-rights.bpf.o", import.meta.url)), {
  name: "attach-rights",
})
/** No kernel of these has all types. */
const ABSENT: Readonly<Record<string, readonly string[]>> = {
  "6.1": ["rule", "signals"],
  "6.12": ["signals"],
}

test.each(["6.1", "6.12"])("links of the embedded kernel %s are updated, or refuse to", async release => {
  await using kernel = new EmbeddedKernel(await loadBuiltinProfile(release))
  prepare(kernel.world, kernel.since("6.7"))
  const only = object.programs.map(({ name }) => name).filter(name => !ABSENT[release]?.includes(name))
  const { programs, maps } = await kernel.load(object, { only })
  const loaded = { programs, mapId: maps.sockets!.id }
  const used = kernel.memory.kernel.used
  expect(await wrongUpdates(loaded, release === "6.1")).toEqual([])
  expect(await attachedTwice(loaded)).toBe(release === "6.1" ? "unattached" : ATTACHED_TWICE)
  expect(await socketsWhileUpdated(kernel.world, loaded)).toEqual([true, false, true])
  expect(kernel.memory.kernel.used).toBe(used)
})

test("an update is a call of bpf(2)", async () => {
  const calls: string[] = []
  await using kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"), {
    onCall: call => calls.push(formatCall(call)),
  })
  prepare(kernel.world, false)
  const { programs } = await kernel.load(object, { only: ["packet", "other_packet"] })
  const link = await programs.packet!.attach({ kind: "xdp", interface: "update0" })
  await link.update(programs.other_packet!)
  expect(calls.at(-1)).toMatch(/^bpf\(BPF_LINK_UPDATE, \{link_update=\{link_fd=\d+, new_prog_fd=\d+/)
})

test("a program on an updated link ends with its own object", async () => {
  await using kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))
  prepare(kernel.world, false)
  const first = await kernel.load(object, { only: ["packet"] })
  const second = await kernel.load(object, { only: ["other_packet"] })
  const link = await first.programs.packet!.attach({ kind: "xdp", interface: "update0" })
  await link.update(second.programs.other_packet!)
  await first[Symbol.asyncDispose]()
  const device = () => kernel.network.deviceNamed("update0").xdp.programs
  expect(device()).toEqual({ native: second.programs.other_packet!.id })
  await second[Symbol.asyncDispose]()
  expect(device()).toEqual({})
  await expect(link.update(first.programs.packet!)).rejects.toMatchObject({ errno: "EOPNOTSUPP" })
})
