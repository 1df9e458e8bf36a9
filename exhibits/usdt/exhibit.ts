import type { Exhibit } from "skep"
import { SHOP } from "../programs/shop.ts"

const binary = "/tmp/skep-shop"

interface Sale {
  readonly customer: number
  readonly kind: number
  readonly total: bigint
  readonly cookie: bigint
  readonly arguments: number
}

/** One probe at two places of a program, each with its arguments elsewhere. */
const usdt: Exhibit = {
  title: "probes that a program's author put there",
  setUp: world => world.install(binary, SHOP),
  attach: {
    note_sale: { kind: "usdt", binary, provider: "shop", name: "sale", cookie: 4711n },
  },
  async scenario({ world, object, links }) {
    const shop = await world.start(binary)
    const watched = await shop.call("shop_watched")
    await shop.call("shop_sell", -7, 3, 50)
    await shop.call("shop_refund", 8, 25)
    await links.note_sale?.detach()
    await shop.call("shop_refund", 9, 1)
    const after = await shop.call("shop_watched")
    const seen = object.events().map(({ value }) => value as Sale)
    return {
      // The probe has two places.
      watchers: [watched, after].map(Number),
      seen: seen.map(
        ({ customer, total, kind, cookie, arguments: count }) =>
          `${customer} ${total} ${kind} of ${count}, cookie ${cookie}`,
      ),
    }
  },
  expected: { watchers: [2, 0], seen: ["-7 140 3 of 3, cookie 4711", "8 -25 4 of 3, cookie 4711"] },
}

export default usdt
