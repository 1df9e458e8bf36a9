import type { AttachPoint, Exhibit } from "skep"

const GROUP = "/sys/fs/cgroup/skep-options"
const HERE: AttachPoint = { kind: "cgroup", path: GROUP }
const [SOL_SOCKET, SO_REUSEADDR, SO_RCVBUF, SO_PRIORITY, SO_MARK] = [1, 2, 8, 12, 36]
const [IPPROTO_TCP, TCP_NODELAY] = [6, 1]
const [SOL_TENANT, TENANT_ID, TENANT_TAG, TENANT_NOTHING] = [0x7e1, 1, 2, 3]

/** setsockopt(2) and getsockopt(2) are checked, bent, and answered without the kernel. */
const sockoptPolicy: Exhibit = {
  title: "socket options with limits, and an option of one's own",
  setUp: world => void world.makeGroup("skep-options"),
  attach: { set: HERE, get: HERE },
  scenario({ world, object }) {
    return world.inGroup(GROUP, () => {
      const socket = world.socket()
      const other = world.socket()
      const set = (level: number, option: number, value: number): string => {
        try {
          socket.setOption(level, option, value)
          return "ok"
        } catch (error) {
          return String((error as { code?: string }).code)
        }
      }
      const get = (level: number, option: number, of = socket): number | string => {
        try {
          return of.option(level, option)
        } catch (error) {
          return String((error as { code?: string }).code)
        }
      }
      const before = get(IPPROTO_TCP, TCP_NODELAY)
      return {
        "a large buffer": [set(SOL_SOCKET, SO_RCVBUF, 100_000), get(SOL_SOCKET, SO_RCVBUF)],
        "a small buffer": [set(SOL_SOCKET, SO_RCVBUF, 8192), get(SOL_SOCKET, SO_RCVBUF)],
        "a mark": [set(SOL_SOCKET, SO_MARK, 1), get(SOL_SOCKET, SO_MARK)],
        "any other": [set(SOL_SOCKET, SO_REUSEADDR, 1), get(SOL_SOCKET, SO_REUSEADDR)],
        "no delay for priority": [
          before,
          set(SOL_SOCKET, SO_PRIORITY, 5),
          get(IPPROTO_TCP, TCP_NODELAY),
          get(SOL_SOCKET, SO_PRIORITY),
          object.globals.last_priority,
        ],
        "who it is": get(SOL_TENANT, TENANT_ID),
        "no tag yet": get(SOL_TENANT, TENANT_TAG),
        "a tag": [set(SOL_TENANT, TENANT_TAG, 42), get(SOL_TENANT, TENANT_TAG)],
        "of one socket alone": get(SOL_TENANT, TENANT_TAG, other),
        "nothing to set": set(SOL_TENANT, TENANT_NOTHING, 1),
      }
    })
  },
  expected: {
    "a large buffer": ["ok", 65536],
    "a small buffer": ["ok", 8192],
    "a mark": ["EPERM", "EACCES"],
    "any other": ["ok", 1],
    "no delay for priority": [0, "ok", 1, 0, 5],
    "who it is": 7,
    "no tag yet": "EOPNOTSUPP",
    "a tag": ["ok", 42],
    "of one socket alone": "EOPNOTSUPP",
    "nothing to set": "EPERM",
  },
}

export default sockoptPolicy
