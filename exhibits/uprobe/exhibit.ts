import type { Exhibit } from "skep"
import { SHOP } from "../programs/shop.ts"

interface Call {
  readonly what: string
  readonly pid: number
  readonly cookie: number
  readonly first: bigint
  readonly second: bigint
  readonly result: bigint
}

const binary = "/tmp/skep-shop"

/** Probes on a function of a program: one place in a file, whoever runs it. */
const uprobe: Exhibit = {
  title: "arguments and results of a function in user space",
  setUp: world => world.install(binary, SHOP),
  async scenario({ world, object }) {
    const { enter, leave } = object.programs
    const [one, other] = [await world.start(binary), await world.start(binary)]
    const names = new Map([
      [one.pid, "one"],
      [other.pid, "other"],
    ])
    const inner = await enter?.attach({ kind: "uprobe", binary, symbol: "shop_price", cookie: 1n })
    await leave?.attach({ kind: "uretprobe", binary, symbol: "shop_discount", cookie: 2n })
    await enter?.attach({ kind: "uprobe", binary, symbol: "shop_sell", pid: other.pid, cookie: 3n })
    const results = [await one.call("shop_sell", 7, 3, 50), await other.call("shop_sell", 8, 2, 20)]
    await inner?.detach()
    await one.call("shop_price", 1, 1)
    const seen = object.events().map(({ value }) => value as Call)
    return {
      results: results.map(Number),
      seen: seen.map(({ what, pid, cookie, first, second, result }) =>
        what === "enter"
          ? `${names.get(pid)} enters ${cookie} with ${first}, ${second}`
          : `${names.get(pid)} leaves ${cookie} with ${result}`,
      ),
      refusal: await refusalOf(enter?.attach({ kind: "uprobe", binary, symbol: "shop_pric" })),
      noLibrary: await refusalOf(enter?.attach({ kind: "uprobe", binary: "libnothing.so", symbol: "x" })),
    }
  },
  expected: {
    results: [140, 40],
    seen: [
      "one enters 1 with 3, 50",
      "one leaves 2 with 140",
      "other enters 3 with 8, 2",
      "other enters 1 with 2, 20",
      "other leaves 2 with 40",
    ],
    refusal: "prog 'enter': /tmp/skep-shop: failed to find symbol 'shop_pric' (ENOENT)",
    noLibrary:
      "prog 'enter': failed to resolve full path for 'libnothing.so': No such file or directory (ENOENT)",
  },
}

async function refusalOf(attaching: Promise<unknown> | undefined): Promise<string> {
  try {
    await attaching
    return "attached"
  } catch (error) {
    return (error as Error).message
  }
}

export default uprobe
