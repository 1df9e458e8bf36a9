import type { Exhibit } from "skep"

const BROADCAST = [255, 255, 255, 255, 255, 255]
/** A protocol of nobody's, for experiments (IEEE 802). */
const EXPERIMENT = [0x88, 0xb5]

const station = (number: number): number[] => [2, 0, 0, 0, 9, number]
const frame = (to: readonly number[], from: number, text: string): Uint8Array =>
  Uint8Array.from([...to, ...station(from), ...EXPERIMENT, ...new TextEncoder().encode(text.padEnd(46))])

const hub: Exhibit = {
  title: "a learning Ethernet switch of three ports, by redirects to one and to all elements of a devmap",
  async scenario({ world, object }) {
    const wires = ["skep0", "skep1", "skep2"].map(name => world.makeWire({ name, addresses: [] }))
    for (const { index } of wires) await object.maps.ports!.set(index, index)
    for (const name of ["skep0", "skep1", "skep2"])
      await object.programs.hub!.attach({ kind: "xdp", interface: name, mode: "generic" })
    const heard = async (): Promise<unknown[]> =>
      Promise.all(
        wires.map(async wire => {
          const bytes = await wire.receive()
          return bytes && new TextDecoder().decode(bytes.subarray(14)).trim()
        }),
      )
    const [first, second, third] = wires
    first!.send(frame(BROADCAST, 1, "who is there?"))
    const flood = await heard()
    third!.send(frame(station(1), 3, "it is me"))
    const answer = await heard()
    second!.send(frame(station(3), 2, "hello"))
    const hello = await heard()
    // The station is on the port that the frame came from.
    first!.send(frame(station(1), 4, "to myself"))
    const none = await heard()
    const { flooded, forwarded } = object.globals
    return { flood, answer, hello, none, flooded, forwarded }
  },
  expected: {
    flood: [undefined, "who is there?", "who is there?"],
    answer: ["it is me", undefined, undefined],
    hello: [undefined, undefined, "hello"],
    none: [undefined, undefined, undefined],
    flooded: 1n,
    forwarded: 2n,
  },
}

export default hub
