import type { Exhibit } from "skep"

const USUAL = "/proc/sys/net/ipv4/tcp_congestion_control"
const STEPS = ["", "init", "transmit starts", "acked", "avoid", "release", "state"]

const congestion: Exhibit = {
  title: "a congestion control made of programs, at work in a connection",
  async scenario({ world, object, eventually }) {
    const server = world.socket()
    server.bind({ address: "127.0.0.1", port: 0 })
    server.listen()
    const before = world.readText(USUAL).trim()
    // New sockets get what is usual then.
    world.writeText(USUAL, "skep_noting\n")
    const client = world.socket()
    world.writeText(USUAL, `${before}\n`)
    client.connect(server.name()!)
    const accepted = await eventually(() => server.accept())
    for (let message = 0; message < 3; message++) {
      client.send(new Uint8Array(100))
      await eventually(() => accepted!.receive())
      await world.sleep(60)
    }
    accepted!.close()
    await eventually(() => client.receive())
    client.close()
    const names = (): string[] =>
      [...(object.globals.trail as readonly number[])]
        .slice(0, object.globals.calls as number)
        .map(step => STEPS[step] ?? "?")
    await eventually(() => (names().includes("release") ? true : undefined))
    const { first_window, first_threshold, acked } = object.globals
    const all = names()
    return {
      order: [...new Set(all)],
      starts: all.filter(name => name === "transmit starts").length,
      avoided: all.filter(name => name === "avoid").length,
      last: all.at(-1),
      acked,
      first_window,
      first_threshold,
    }
  },
  expected: {
    // The answer to the request for the connection is acknowledged before the control knows of the connection.
    order: ["acked", "init", "transmit starts", "avoid", "release"],
    starts: 3,
    avoided: 4,
    last: "release",
    acked: 5,
    first_window: 10,
    first_threshold: 0x7fff_ffff,
  },
}

export default congestion
