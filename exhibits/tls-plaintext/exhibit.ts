import type { Exhibit } from "skep"
import { DESK } from "../programs/desk.ts"

interface Message {
  readonly pid: number
  readonly size: number
  readonly connection: bigint
  readonly text: string
}

const binary = "/tmp/skep-desk"

/** The library gets the text as it is; what leaves it nobody reads. */
const tlsPlaintext: Exhibit = {
  title: "what is sent over TLS before it is encrypted, by the arguments of SSL_write()",
  setUp: world => world.install(binary, DESK),
  async scenario({ world, object }) {
    const desk = await world.start(binary)
    const sent = [await desk.call("desk_send", 0x1234), await desk.call("desk_send", 0x5678)]
    const all = object.events().map(({ value }) => value as Message)
    const ours = all.filter(({ pid }) => pid === desk.pid)
    return {
      sent: sent.map(Number),
      seen: ours.map(({ connection, size, text }) => `0x${connection.toString(16)}: ${size} bytes, ${text}`),
    }
  },
  expected: {
    sent: [20, 20],
    seen: ["0x1234: 20 bytes, GET /orders HTTP/1.1", "0x5678: 20 bytes, GET /orders HTTP/1.1"],
  },
}

export default tlsPlaintext
