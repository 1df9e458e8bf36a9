import type { AttachPoint, Exhibit, SocketOptions, WorldSocket } from "skep"

const GROUP = "/sys/fs/cgroup/skep-sandbox"
const HERE: AttachPoint = { kind: "cgroup", path: GROUP }
const [SOL_SOCKET, SO_PRIORITY, SO_MARK] = [1, 12, 36]
const IPPROTO_ICMP = 1

/** socket(2) itself is refused, or gives a socket that is set up already. */
const guard: Exhibit = {
  title: "which sockets a sandbox may have, and how many",
  setUp: world => void world.makeGroup("skep-sandbox"),
  attach: { create: HERE, release: HERE },
  scenario({ world, object }) {
    const opened: WorldSocket[] = []
    const open = (options: SocketOptions): string => {
      try {
        opened.push(world.socket(options))
        return "ok"
      } catch (error) {
        return String((error as { code?: string }).code)
      }
    }
    return world.inGroup(GROUP, () => {
      const first = {
        stream: open({}),
        ipv6: open({ family: "ipv6" }),
        raw: open({ type: "raw", protocol: IPPROTO_ICMP }),
        unix: open({ family: "unix" }),
        datagram: open({ type: "datagram" }),
        third: open({}),
        fourth: open({}),
      }
      const [socket] = opened
      const setUp = [socket?.option(SOL_SOCKET, SO_MARK), socket?.option(SOL_SOCKET, SO_PRIORITY)]
      socket?.close()
      const afterClose = open({})
      for (const one of opened.slice(1)) one.close()
      return { first, setUp, afterClose, counts: { ...object.globals } }
    })
  },
  expected: {
    first: {
      stream: "ok",
      ipv6: "EPERM",
      raw: "EPERM",
      unix: "ok",
      datagram: "ok",
      third: "ok",
      fourth: "EMFILE",
    },
    setUp: [0x5e, 4],
    afterClose: "ok",
    counts: { open_now: 0, released: 4, refused: 3 },
  },
}

export default guard
