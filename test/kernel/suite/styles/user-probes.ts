import assert from "node:assert/strict"
import type { AttachPoint, RunningProgram } from "skep"
import { type AttachStyle, numbers, type Refusal, type Scene, type StyleGroup } from "./style.ts"

const SHOP = "/tmp/skep-styles-shop"
const NO_MULTI: Refusal = { on: ["6.1"], errno: "EINVAL", reason: /multi-uprobe links need Linux 6\.6/ }
const NO_SESSION: Refusal = {
  on: ["6.1", "6.12", "reference"],
  errno: "EINVAL",
  reason: /uprobe sessions need Linux 6\.13/,
}

/** Each function once: shop_sell calls shop_price and shop_discount. */
const sell = (shop: RunningProgram): Promise<bigint> => shop.call("shop_sell", -8, 30, 12)

interface UserProbe {
  readonly program: string
  readonly point: AttachPoint
  /** What the program saw of one sale. */
  readonly seen: Readonly<Record<string, bigint>>
  readonly refusal?: Refusal
}

function userProbe(style: string, { program, point, seen, refusal }: UserProbe): AttachStyle {
  const run = async (scene: Scene): Promise<void> => {
    await using shop = await scene.world.start(SHOP)
    const loaded = await scene.load("probes", { only: [program] })
    const link = await loaded.programs[program]!.attach(point)
    assert.equal(await sell(shop), 350n)
    const now = () => Object.fromEntries(Object.keys(seen).map(name => [name, numbers(loaded)[name]]))
    assert.deepEqual(now(), seen)
    await link.detach()
    await sell(shop)
    assert.deepEqual(now(), seen, "after it was detached")
  }
  return { programType: "kprobe", style, run, refusal }
}

const price = { binary: SHOP, symbol: "shop_price" }

export const USER_PROBES: StyleGroup = {
  title: "probes of user space",
  prepare: ({ world, shop }) => world.install(SHOP, shop),
  styles: [
    userProbe("uprobe", {
      program: "on_call",
      point: { kind: "uprobe", ...price, cookie: 77n },
      seen: { calls: 1n, first: 30n, second: 12n, cookie: 77n },
    }),
    userProbe("uretprobe", {
      program: "on_return",
      point: { kind: "uretprobe", ...price },
      seen: { returns: 1n, result: 360n },
    }),
    userProbe("uprobe.s", {
      program: "on_call_sleepable",
      point: { kind: "uprobe", ...price },
      seen: { sleepable: 1n, copied: 0n },
    }),
    userProbe("uprobe.multi", {
      program: "on_many",
      point: {
        kind: "uprobeMulti",
        binary: SHOP,
        functions: ["shop_price", "shop_discount", "shop_refund"],
        cookies: [100n, 20n, 3n],
      },
      seen: { multi: 2n, cookies: 120n },
      refusal: NO_MULTI,
    }),
    userProbe("uretprobe.multi", {
      program: "on_many_returns",
      point: { kind: "uprobeMulti", binary: SHOP, functions: "shop_*", return: true },
      seen: { multi: 3n },
      refusal: NO_MULTI,
    }),
    userProbe("uprobe.session", {
      program: "on_session",
      point: { kind: "uprobeMulti", binary: SHOP, functions: "shop_price", session: true },
      seen: { session: 2n },
      refusal: NO_SESSION,
    }),
    userProbe("usdt", {
      program: "on_request",
      point: { kind: "usdt", binary: SHOP, provider: "shop", name: "sale", cookie: 4711n },
      seen: { requests: 1n, arguments: 3n, codes: -8n, sizes: 350n, constants: 3n, cookie: 4711n },
    }),
  ],
}
