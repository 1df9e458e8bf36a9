import type { Exhibit, Link } from "skep"

const [SMALL, LARGE] = [2, 3]

const metadata: Exhibit = {
  title: "XDP leaves its finding before a packet, a classifier of traffic control acts on it",
  setUp: world =>
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24"] },
    ),
  attach: { enforce: { kind: "tc", interface: "skep0", direction: "ingress" } },
  async scenario({ world, object }) {
    const { globals, programs } = object
    const ping = (): Promise<boolean> => world.ping("10.1.1.2")
    const seen: unknown[] = []
    for (const mode of ["native", "generic"] as const) {
      const link: Link = await programs.classify!.attach({ kind: "xdp", interface: "skep0", mode })
      const [small, large] = counts(object.globals)
      Object.assign(globals, { unwanted: 0, limit: 1000 })
      const passes = await ping()
      globals.unwanted = SMALL
      const dropped = await ping()
      globals.limit = 10
      const isLarge = await ping()
      globals.unwanted = LARGE
      const alsoDropped = await ping()
      const [smallNow, largeNow] = counts(object.globals)
      seen.push({
        mode,
        passes,
        dropped,
        isLarge,
        alsoDropped,
        small: smallNow - small,
        large: largeNow - large,
      })
      await link.detach()
    }
    const before = globals.unmarked as bigint
    const without = await ping()
    return { seen, without, isUnmarked: (globals.unmarked as bigint) > before }
  },
  expected: {
    seen: ["native", "generic"].map(mode => ({
      ...{ mode, passes: true, dropped: false, isLarge: true, alsoDropped: false },
      ...{ small: 2n, large: 2n },
    })),
    without: true,
    isUnmarked: true,
  },
}

/** Packets of the two classes so far. */
function counts(globals: { readonly [name: string]: unknown }): readonly [bigint, bigint] {
  const byClass = globals.by_class as readonly bigint[]
  return [byClass[SMALL] ?? 0n, byClass[LARGE] ?? 0n]
}

export default metadata
