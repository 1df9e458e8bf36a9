import type { UserProgram } from "skep"
import { IMAGE } from "./desk-image.ts"

const TYPED = ["uptime", "ls -l /tmp"]
const REQUEST = "GET /orders HTTP/1.1"
let lines = 0

/** desk.c: its bytes, and what its functions do. */
export const DESK: UserProgram = {
  image: Uint8Array.from(atob(IMAGE.join("")), character => character.charCodeAt(0)),
  conventions: { "main.sum": "go", "main.oldSum": "goStack" },
  functions: {
    readline: calls => calls.text(TYPED[lines++ % TYPED.length] as string),
    desk_ask(calls) {
      calls.call("readline", calls.text("$ "))
      return 0n
    },
    SSL_write: (_calls, _connection, _text, size = 0n) => size,
    desk_send: (calls, connection = 0n) =>
      calls.call("SSL_write", connection, calls.text(REQUEST), BigInt(REQUEST.length)),
    desk_work(calls, time = 0n) {
      calls.work(Number(time))
      return time
    },
    desk_day: (calls, time = 0n) => calls.call("desk_work", time),
    "main.sum": (_calls, one = 0n, other = 0n) => one + other,
    "main.oldSum": (_calls, one = 0n, other = 0n) => one + other,
    desk_sum: (calls, one = 0n, other = 0n) => calls.call("main.sum", one, other),
    desk_old_sum: (calls, one = 0n, other = 0n) => calls.call("main.oldSum", one, other),
  },
}
