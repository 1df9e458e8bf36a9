import type { AttachPoint, Exhibit, SocketAddress, SocketOptions } from "skep"

const GROUP = "/sys/fs/cgroup/skep-server"
const HERE: AttachPoint = { kind: "cgroup", path: GROUP }
const text = (address: SocketAddress | undefined): string =>
  address && "address" in address ? `${address.address} ${address.port}` : "nothing"

/** bind(2) is allowed, refused or bent to what a tenant may have. */
const bindPolicy: Exhibit = {
  title: "where a tenant's servers may listen",
  setUp: world => void world.makeGroup("skep-server"),
  attach: { listen4: HERE, listen6: HERE, chosen: HERE },
  scenario({ world, object }) {
    const bind = (address: SocketAddress, options: SocketOptions = {}): string => {
      const socket = world.socket(options)
      try {
        socket.bind(address)
        return text(socket.name())
      } catch (error) {
        return String((error as { code?: string }).code)
      }
    }
    const v6 = { family: "ipv6" } as const
    const datagram = { type: "datagram" } as const
    return world.inGroup(GROUP, () => ({
      "in its range": bind({ address: "127.0.0.1", port: 20050 }),
      "taken already": bind({ address: "127.0.0.1", port: 20050 }),
      "on every address": bind({ address: "0.0.0.0", port: 20051 }),
      "out of its range": bind({ address: "127.0.0.1", port: 8080 }),
      "the next one": [bind({ address: "0.0.0.0", port: 1 }), bind({ address: "0.0.0.0", port: 1 })],
      "IPv6 on every address": bind({ address: "::", port: 20052 }, v6),
      "IPv6 out of its range": bind({ address: "::1", port: 80 }, v6),
      "an address of nobody": bind({ address: "192.0.2.1", port: 20053 }),
      "datagrams on one address": bind({ address: "127.0.0.1", port: 0 }, datagram),
      "datagrams on every address": bind({ address: "0.0.0.0", port: 9999 }, datagram),
      counts: { ...object.globals, next: undefined, first: undefined, last: undefined },
    }))
  },
  expected: {
    "in its range": "127.0.0.1 20050",
    "taken already": "EADDRINUSE",
    "on every address": "127.0.0.1 20051",
    "out of its range": "EPERM",
    "the next one": ["127.0.0.1 20000", "127.0.0.1 20001"],
    "IPv6 on every address": "::1 20052",
    "IPv6 out of its range": "EPERM",
    "an address of nobody": "EADDRNOTAVAIL",
    "datagrams on one address": "EPERM",
    "datagrams on every address": "0.0.0.0 9999",
    counts: { moved: 4n, refused: 2n, next: undefined, first: undefined, last: undefined },
  },
}

export default bindPolicy
