import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import { AttachError, UsageError } from "../../../base/index.ts"
import type { AttachPoint } from "../../../kernel/index.ts"
import { readObject } from "../../../object/index.ts"
import { loadBuiltinProfile } from "../../../profile/node.ts"
import { EmbeddedKernel } from "../../embedded-kernel.ts"

const profile = await loadBuiltinProfile("6.12")
const path = new URL("../../../../test/kernel/programs/network.bpf.o", import.meta.url)
const object = readObject(readFileSync(path), { name: "network" })
const PAIR = [
  { name: "kit0", addresses: ["10.2.2.1/24", "fd02::1/64"] },
  { name: "eth0", namespace: "pod", addresses: ["10.2.2.2/24", "fd02::2/64"] },
] as const
let kernel: EmbeddedKernel

beforeEach(() => {
  kernel = new EmbeddedKernel(profile)
  kernel.world.makePair(...PAIR, { type: "netkit" })
})

describe.each(["primary", "peer"] as const)("a netkit program of the %s end", end => {
  test.each(["10.2.2.2", "fd02::2"])(
    "sees packets on the way to %s, and drops them where it says so",
    async to => {
      for (const deny of [0, 1]) {
        const only = [`netkit_${end}`]
        await using loaded = await kernel.load(object, { only, globals: { deny } })
        const link = await loaded.programs[only[0]!]!.attach({ kind: "netkit", interface: "kit0", end })
        expect(await kernel.world.ping(to)).toBe(deny === 0)
        const { seen } = loaded.globals
        expect(seen).toBeGreaterThanOrEqual(1n)
        await link.detach()
        expect(await kernel.world.ping(to)).toBe(true)
        expect(loaded.globals.seen).toBe(seen)
      }
    },
  )
})

async function refusal(point: AttachPoint): Promise<string> {
  const { netkit_primary } = (await kernel.load(object, { only: ["netkit_primary"] })).programs
  const error: unknown = await netkit_primary!.attach(point).then(
    () => undefined,
    reason => reason,
  )
  expect(error).toBeInstanceOf(AttachError)
  return (error as Error).message
}

test("is refused on other devices, and by the pair's second end", async () => {
  const end = "primary"
  expect(await refusal({ kind: "netkit", interface: "lo", end })).toMatch(/lo is no netkit device \(ENXIO\)/)
  const second = kernel.world.inNamespace("pod", () => refusal({ kind: "netkit", interface: "eth0", end }))
  expect(await second).toMatch(/only the primary end takes programs \(EACCES\)/)
  expect(await refusal({ kind: "netkit", interface: "kit0", end, after: 999 })).toMatch(
    /no program 999 stands there.*ENOENT/,
  )
})

test("what a pair and its packets took is given back", async () => {
  const far = { name: "kit3", addresses: [] }
  const { used } = kernel.memory.kernel
  kernel.network.makePair({ name: "kit2", addresses: ["10.3.3.1/24"] }, far, { type: "netkit" })()
  expect(kernel.memory.kernel.used).toBe(used)
  await kernel.world.ping("10.2.2.2")
  const before = kernel.memory.kernel.used
  expect(await kernel.world.ping("10.2.2.2")).toBe(true)
  expect(kernel.memory.kernel.used).toBe(before)
})

test("6.1 has no such devices", async () => {
  const old = new EmbeddedKernel(await loadBuiltinProfile("6.1"))
  expect(() => old.world.makePair(...PAIR, { type: "netkit" })).toThrow(UsageError)
  expect(() => old.world.makePair(...PAIR, { type: "netkit" })).toThrow("EOPNOTSUPP")
})
