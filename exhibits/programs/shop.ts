import type { UserProgram } from "skep"
import { IMAGE } from "./shop-image.ts"

const price = (amount: bigint, each: bigint): bigint => amount * each
const discount = (total: bigint): bigint => (total > 100n ? total - 10n : total)

/** shop.c: its bytes, and what its functions do. */
export const SHOP: UserProgram = {
  image: Uint8Array.from(atob(IMAGE.join("")), character => character.charCodeAt(0)),
  functions: {
    shop_price: (_calls, amount = 0n, each = 0n) => price(amount, each),
    shop_discount: (_calls, total = 0n) => discount(total),
    shop_sell(calls, customer = 0n, amount = 0n, each = 0n) {
      const total = calls.call("shop_discount", calls.call("shop_price", amount, each))
      calls.probe("shop", "sale", customer, total)
      return total
    },
    shop_refund(calls, customer = 0n, total = 0n) {
      calls.probe("shop", "sale", customer, -total)
      return -total
    },
    shop_watched: calls => calls.watchers("shop", "sale"),
  },
}
