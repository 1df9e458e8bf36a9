import type { Exhibit } from "skep"
import { SHOP } from "../programs/shop.ts"

const binary = "/tmp/skep-shop"
const functions = ["shop_sell", "shop_price", "shop_discount"]

/** The path of a call through functions of a program. */
const uprobeMulti: Exhibit = {
  title: "many functions in user space by one program",
  since: "6.6",
  setUp: world => world.install(binary, SHOP),
  attach: {
    enter: { kind: "uprobeMulti", binary, functions, cookies: [1n, 2n, 3n] },
    leave: { kind: "uprobeMulti", binary, functions, cookies: [11n, 12n, 13n], return: true },
  },
  async scenario({ world, object }) {
    const shop = await world.start(binary)
    await shop.call("shop_sell", 7, 3, 50)
    const calls: number[] = []
    for await (const [, cookie] of object.maps.calls?.take() ?? []) calls.push(Number(cookie))
    return { calls, byPattern: Number(object.globals.by_pattern) }
  },
  expected: { calls: [1, 2, 12, 3, 13, 11], byPattern: 3 },
}

export default uprobeMulti
