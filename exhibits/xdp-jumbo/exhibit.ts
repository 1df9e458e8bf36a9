import type { Exhibit } from "skep"

/** Ethernet, IPv4 and UDP. */
const HEADERS = 14 + 20 + 8
const LARGE = 8000
/** IP_PMTUDISC_DO */
const [IPPROTO_IP, IP_MTU_DISCOVER, ALWAYS] = [0, 10, 2]

const jumbo: Exhibit = {
  title: "frames of several pages in XDP, and what becomes of packets that are too long or not wanted",
  async scenario({ world, object, outcome, eventually }) {
    world.makePair(
      { name: "skep0", mtu: 9000, addresses: ["10.1.1.1/24"] },
      { name: "skep1", mtu: 9000, namespace: "skep", addresses: ["10.1.1.2/24"] },
    )
    world.makePair(
      { name: "skep2", addresses: ["10.2.2.1/24"] },
      { name: "skep3", namespace: "skep", addresses: ["10.2.2.2/24"] },
    )
    const inside = <T>(action: () => T): Promise<T> => world.inNamespace("skep", action)
    const refusal = await object.programs
      .plain!.attach({ kind: "xdp", interface: "skep0", mode: "native" })
      .catch(({ errno }: { readonly errno?: string }) => errno)
    await object.programs.look!.attach({ kind: "xdp", interface: "skep0", mode: "native" })
    await object.programs.look!.attach({ kind: "xdp", interface: "skep2", mode: "generic" })

    const receiver = world.socket({ type: "datagram" })
    receiver.bind({ address: "0.0.0.0", port: 9 })
    const sender = await inside(() => world.socket({ type: "datagram" }))
    const data = new Uint8Array(LARGE).fill(7)
    sender.send(data, { address: "10.1.1.1", port: 9 })
    const whole = await eventually(() => receiver.receive(LARGE + 1))
    const changed = whole?.bytes.findIndex(byte => byte !== 7)
    sender.send(data.subarray(0, 4000), { address: "10.2.2.1", port: 9 })
    const joined = await eventually(() => receiver.receive(LARGE + 1))
    const tooLong = outcome(() => sender.send(new Uint8Array(65_508), { address: "10.2.2.1", port: 9 }))

    const before = sender.option(IPPROTO_IP, IP_MTU_DISCOVER)
    sender.setOption(IPPROTO_IP, IP_MTU_DISCOVER, ALWAYS)
    const uncut = outcome(() => sender.send(data.subarray(0, 4000), { address: "10.2.2.1", port: 9 }))

    const client = await inside(() => world.socket({ type: "datagram" }))
    client.connect({ address: "10.2.2.1", port: 7 })
    client.send(Uint8Array.of(1))
    const noPort = await eventually(() => {
      const said = outcome(() => client.receive())
      return said === "ok" ? undefined : said
    })
    const stream = await inside(() => world.socket())
    const noHost = await inside(() => outcome(() => stream.connect({ address: "10.2.2.77", port: 7 })))
    const { lengths, pieces, far_byte, beyond } = object.globals
    return {
      ...{ refusal, wholeBytes: whole?.bytes.length, changed, joinedBytes: joined?.bytes.length },
      ...{ tooLong, before, uncut, noPort, noHost, lengths: (lengths as number[]).slice(0, 4) },
      ...{ pieces: (pieces as number[]).slice(0, 4), far: far_byte, beyond },
    }
  },
  expected: {
    // A program that takes one piece is not let near such frames.
    refusal: "ERANGE",
    wholeBytes: LARGE,
    changed: 7000 - HEADERS,
    joinedBytes: 4000,
    tooLong: "EMSGSIZE",
    // A socket may say that nothing of its is to be cut.
    before: 1,
    uncut: "EMSGSIZE",
    noPort: "ECONNREFUSED",
    noHost: "EHOSTUNREACH",
    // The second datagram comes in three fragments.
    lengths: [LARGE + HEADERS, 1514, 1514, 1082],
    pieces: [3520, 1514, 1514, 1082],
    far: 7,
    beyond: -22,
  },
}

export default jumbo
