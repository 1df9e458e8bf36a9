import type { Exhibit, World, WorldSocket } from "skep"

const [OPEN, CLOSED] = [5353, 25]
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)

/** A socket that datagrams to a port come to. */
function listen(world: World, address: string, port: number): WorldSocket {
  const socket = world.socket({ type: "datagram" })
  socket.bind({ address, port })
  return socket
}

const netkit: Exhibit = {
  title:
    "netkit devices of containers: a service's address, a policy of ports, and a short way to a neighbour",
  since: "6.7",
  needs: ["CONFIG_NETKIT"],
  async setUp(world) {
    const options = { type: "netkit" } as const
    world.makePair(
      { name: "skep-a", addresses: ["10.1.1.1/24"] },
      { name: "eth0", namespace: "pod-a", addresses: ["10.1.1.2/24"] },
      options,
    )
    world.makePair(
      { name: "skep-b", addresses: ["10.1.2.1/24"] },
      { name: "eth0", namespace: "pod-b", addresses: ["10.1.2.2/24"] },
      options,
    )
    world.addRoute({ to: "10.9.9.9/32", interface: "skep-a" })
    await world.inNamespace("pod-a", () => world.addRoute({ to: "10.1.2.0/24", interface: "eth0" }))
  },
  attach: {
    enter: { kind: "netkit", interface: "skep-a", end: "primary" },
    policy: { kind: "netkit", interface: "skep-a", end: "peer" },
    account: ({ object }) => ({
      kind: "netkit",
      interface: "skep-a",
      end: "peer",
      before: object.programs.policy!.id,
    }),
  },
  async scenario({ world, object, eventually }) {
    const { globals } = object
    await object.maps.closed_ports!.set(CLOSED, 1)
    globals.neighbour_interface = world.interfaceIndex("skep-b")
    const service = await world.ping("10.9.9.9")
    const host = { open: listen(world, "10.1.1.1", OPEN), closed: listen(world, "10.1.1.1", CLOSED) }
    const neighbour = await world.inNamespace("pod-b", () => listen(world, "10.1.2.2", OPEN))
    await world.inNamespace("pod-a", () => {
      const client = world.socket({ type: "datagram" })
      const send = (words: string, address: string, port: number): void =>
        void client.send(new TextEncoder().encode(words), { address, port })
      send("mail", "10.1.1.1", CLOSED)
      send("name", "10.1.1.1", OPEN)
      send("neighbour", "10.1.2.2", OPEN)
    })
    const open = text((await eventually(() => host.open.receive()))?.bytes)
    const aside = text((await eventually(() => neighbour.receive()))?.bytes)
    const closed = text(host.closed.receive()?.bytes)
    const { sent, dropped, redirected, to_service, from_service } = globals
    return { service, open, aside, closed, counts: { sent, dropped, redirected, to_service, from_service } }
  },
  expected: {
    service: true,
    open: "name",
    aside: "neighbour",
    closed: undefined,
    counts: { sent: 4n, dropped: 1n, redirected: 1n, to_service: 1n, from_service: 1n },
  },
}

export default netkit
