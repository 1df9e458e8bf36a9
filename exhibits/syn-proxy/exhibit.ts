import type { Exhibit } from "skep"

const [IP, TCP] = [14, 34]
const [SYN, ACK] = [2, 0x10]
const CLIENT = [192, 0, 2, 1]
const SERVER = [192, 0, 2, 80]

interface Segment {
  readonly flags: number
  readonly sequence: number
  readonly acknowledged?: number
  readonly port?: number
  readonly size?: number
}

/** A segment from the client to the server, with one option: the size that the client takes. */
function segment({ flags, sequence, acknowledged = 0, port = 40_000, size = 1460 }: Segment): Uint8Array {
  const bytes = new Uint8Array(58)
  const view = new DataView(bytes.buffer)
  view.setUint16(12, 0x0800)
  view.setUint8(IP, 0x45)
  view.setUint16(IP + 2, 44)
  view.setUint8(IP + 9, 6)
  bytes.set([...CLIENT, ...SERVER], IP + 12)
  view.setUint16(TCP, port)
  view.setUint16(TCP + 2, 80)
  view.setUint32(TCP + 4, sequence)
  view.setUint32(TCP + 8, acknowledged)
  bytes.set([0x60, flags], TCP + 12)
  bytes.set([2, 4, size >> 8, size & 0xff], TCP + 20)
  return bytes
}

/** The sum over the TCP header and what it stands for: 0xffff when its checksum is right. */
function sumOf(packet: Uint8Array): number {
  const view = new DataView(packet.buffer, packet.byteOffset)
  let sum = 6 + packet.length - TCP
  for (let at = IP + 12; at < packet.length; at += 2) sum += view.getUint16(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return sum
}

const proxy: Exhibit = {
  title: "a proxy that answers requests for connections with cookies",
  async scenario({ object }) {
    const { proxy } = object.programs
    const { globals } = object
    const ask = async (size: number) => {
      const { action, packet } = await proxy!.run({ packet: segment({ flags: SYN, sequence: 7000, size }) })
      const view = new DataView(packet.buffer, packet.byteOffset)
      const answer = {
        action,
        flags: view.getUint8(TCP + 13),
        acknowledged: view.getUint32(TCP + 8),
        to: [...packet.subarray(IP + 16, IP + 20)].join("."),
        size: globals.size,
        sum: sumOf(packet),
      }
      return { cookie: view.getUint32(TCP + 4), answer }
    }
    const bring = async (cookie: number, changed: Partial<Segment> = {}) => {
      const given = { flags: ACK, sequence: 7001, acknowledged: (cookie + 1) >>> 0, ...changed }
      const { action } = await proxy!.run({ packet: segment(given) })
      return `${action} ${globals.verdict}`
    }
    const { cookie, answer } = await ask(1460)
    const brought = {
      itself: await bring(cookie),
      again: await bring(cookie),
      other: await bring((cookie ^ 0x1000) >>> 0),
      elsewhere: await bring(cookie, { port: 40_001 }),
      // One step from the right number is another size, which is as good.
      nextTo: await bring(cookie, { sequence: 7002 }),
      later: await bring(cookie, { sequence: 9000 }),
    }
    const sizes: unknown[] = []
    for (const size of [100, 1299, 1440, 9000]) sizes.push((await ask(size)).answer.size)
    return { answer, brought, sizes, headers: [globals.short_header, globals.long_header] }
  },
  expected: {
    answer: {
      action: "XDP_TX",
      flags: SYN | ACK,
      acknowledged: 7001,
      to: CLIENT.join("."),
      size: 1460,
      sum: 0xffff,
    },
    brought: {
      itself: "XDP_PASS 0",
      again: "XDP_PASS 0",
      other: "XDP_DROP -13",
      elsewhere: "XDP_DROP -13",
      nextTo: "XDP_PASS 0",
      later: "XDP_DROP -13",
    },
    sizes: [536, 536, 1440, 1460],
    headers: [-22, -22],
  },
}

export default proxy
