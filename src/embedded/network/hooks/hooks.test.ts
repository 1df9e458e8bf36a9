import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import { AttachError } from "../../../base/index.ts"
import type { AttachPoint } from "../../../kernel/index.ts"
import { readObject } from "../../../object/index.ts"
import { loadBuiltinProfile } from "../../../profile/node.ts"
import { EmbeddedKernel } from "../../embedded-kernel.ts"

const profiles = new Map([
  ["6.1", await loadBuiltinProfile("6.1")],
  ["6.12", await loadBuiltinProfile("6.12")],
])
const folder = new URL("../../../../test/kernel/programs/", import.meta.url)
const objects = Object.fromEntries(
  ["network", "netfilter"].map(name => [
    name,
    readObject(readFileSync(new URL(`${name}.bpf.o`, folder)), { name }),
  ]),
)
const PAIR = [
  { name: "v0", addresses: ["10.1.1.1/24", "fd01::1/64"] },
  { name: "v1", namespace: "far", addresses: ["10.1.1.2/24", "fd01::2/64", "10.9.9.1/32"] },
] as const
let kernel: EmbeddedKernel

beforeEach(() => {
  kernel = new EmbeddedKernel(profiles.get("6.12")!)
  kernel.world.makePair(...PAIR)
})

const V0 = { interface: "v0" } as const
type Hook = readonly [program: string, point: AttachPoint, to: string, object: string]
const HOOKS: readonly Hook[] = [
  ["classify", { kind: "tc", ...V0, direction: "ingress" }, "10.1.1.2", "network"],
  ["classify", { kind: "tc", ...V0, direction: "egress" }, "10.1.1.2", "network"],
  ["act", { kind: "tc", ...V0, direction: "ingress" }, "fd01::2", "network"],
  ["act", { kind: "tc", ...V0, direction: "egress" }, "10.1.1.2", "network"],
  ["tcx_ingress", { kind: "tcx", ...V0, direction: "ingress" }, "10.1.1.2", "network"],
  ["tcx_egress", { kind: "tcx", ...V0, direction: "egress" }, "fd01::2", "network"],
  ["tunnel_out", { kind: "lwt", ...V0, route: "10.9.9.0/24", hook: "out" }, "10.9.9.1", "network"],
  ["tunnel_xmit", { kind: "lwt", ...V0, route: "10.9.9.0/24", hook: "xmit" }, "10.9.9.1", "network"],
  ...(["prerouting", "input", "output", "postrouting"] as const).map(
    hook =>
      [
        "filter",
        { kind: "netfilter", family: "ipv4", hook, priority: -10 },
        "10.1.1.2",
        "netfilter",
      ] as const,
  ),
  ["filter", { kind: "netfilter", family: "ipv6", hook: "input", priority: 5 }, "fd01::2", "netfilter"],
]

describe.each(HOOKS)("%s on %j", (program, point, to, object) => {
  test("sees packets while it is attached, and drops them where it says so", async () => {
    for (const deny of [0, 1]) {
      await using loaded = await kernel.load(objects[object]!, { only: [program], globals: { deny } })
      const link = await loaded.programs[program]!.attach(point)
      expect(await kernel.world.ping(to)).toBe(deny === 0)
      const { seen } = loaded.globals
      expect(seen).toBeGreaterThan(0n)
      await link.detach()
      if (point.kind !== "lwt") expect(await kernel.world.ping(to)).toBe(true)
      expect(loaded.globals.seen).toBe(seen)
    }
  })

  test("gives all memory back", async () => {
    await using loaded = await kernel.load(objects[object]!, { only: [program] })
    await loaded.programs[program]!.attach(point)
    await kernel.world.ping(to)
    const before = kernel.memory.kernel.used
    await kernel.world.ping(to)
    expect(kernel.memory.kernel.used).toBe(before)
  })
})

describe("refused with the words of the real kernel:", () => {
  const refusal = async (program: string, point: AttachPoint, object = "network"): Promise<string> => {
    const loaded = await kernel.load(objects[object]!, { only: [program] })
    const error = await loaded.programs[program]!.attach(point).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(error).toBeInstanceOf(AttachError)
    const { message, hint } = error as AttachError
    return `${message}; ${hint}`
  }

  test("a device that is not there", async () => {
    expect(await refusal("classify", { kind: "tc", interface: "v9", direction: "ingress" })).toMatch(
      /no network interface is named 'v9' \(ENODEV\); there are v0/,
    )
  })

  test("another type of program", async () => {
    expect(await refusal("tunnel_out", { kind: "tc", ...V0, direction: "ingress" })).toMatch(
      /it is a lwt_out program, and sched_cls and sched_act programs go there \(EINVAL\)/,
    )
  })

  test("a filter, a route and a priority that are there", async () => {
    const place = { kind: "tc", ...V0, direction: "ingress", priority: 7, handle: 3 } as const
    const { classify } = (await kernel.load(objects.network!, { only: ["classify"] })).programs
    await classify!.attach(place)
    expect(await refusal("classify", place)).toMatch(/Filter already exists \(EEXIST\); pass replace/)
    const route = { kind: "lwt", ...V0, route: "10.9.9.0/24", hook: "out" } as const
    const loaded = await kernel.load(objects.network!, { only: ["tunnel_out"] })
    await loaded.programs.tunnel_out!.attach(route)
    expect(await refusal("tunnel_out", route)).toMatch(/there is a route to this network already \(EEXIST\)/)
    const first = { kind: "netfilter", family: "ipv4", hook: "input", priority: 1 } as const
    const { filter } = (await kernel.load(objects.netfilter!, { only: ["filter"] })).programs
    await filter!.attach(first)
    expect(await refusal("filter", first, "netfilter")).toMatch(/with priority 1 \(EBUSY\)/)
    expect(await refusal("filter", { ...first, priority: -0x8000_0000 }, "netfilter")).toMatch(/\(ERANGE\)/)
  })

  test("tcx before 6.6", async () => {
    kernel = new EmbeddedKernel(profiles.get("6.1")!)
    kernel.world.makePair(...PAIR)
    expect(await refusal("tcx_ingress", { kind: "tcx", ...V0, direction: "ingress" })).toMatch(
      /a tcx program needs Linux 6.6 or newer, this is 6.1/,
    )
  })
})

test("programs of tcx run in the order that was asked for, before filters", async () => {
  const attach = async (order: object) => {
    const { tcx_ingress: program } = (await kernel.load(objects.network!, { only: ["tcx_ingress"] })).programs
    return program!.attach({ kind: "tcx", ...V0, direction: "ingress", ...order })
  }
  const first = await attach({})
  const before = await attach({ before: first.program.id })
  const after = await attach({ after: { link: before.id } })
  const { tcx } = kernel.network.initial.device("v0")!.trafficControl.ingress
  expect(tcx.all.map(({ link }) => link)).toEqual([before.id, after.id, first.id])
  await expect(attach({ before: 999999 })).rejects.toThrow(/no program 999999.*\(ENOENT\)/)
  await expect(attach({ before: 1, after: 2 })).rejects.toThrow("both before and after")
})
