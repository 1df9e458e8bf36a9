import type { Exhibit } from "skep"

const GROUP = "/sys/fs/cgroup/skep-box"
const NODES = ["/tmp/skep-null", "/tmp/skep-zero", "/tmp/skep-loop3"]

interface Denial {
  readonly group: bigint
  readonly type: number
  readonly access: number
  readonly major: number
  readonly minor: number
}

/** What a container runtime does with device nodes: a short list of what may be opened and made. */
const device: Exhibit = {
  title: "a container's list of device nodes that it may open and make",
  setUp: world => void world.makeGroup("skep-box"),
  attach: { devices: { kind: "cgroup", path: GROUP } },
  async scenario({ world, object, outcome }) {
    const [nullNode = "", zeroNode = "", loopNode = ""] = NODES
    const acts = () => ({
      "read null": outcome(() => world.open("/dev/null")),
      "write null": outcome(() => world.writeText("/dev/null", "gone")),
      "write zero": outcome(() => world.open("/dev/zero", { write: true })),
      "read urandom": outcome(() => world.open("/dev/urandom")),
      "write urandom": outcome(() => world.open("/dev/urandom", { write: true })),
      "read full": outcome(() => world.open("/dev/full")),
      "make null": outcome(() => world.makeDevice(nullNode, { kind: "char", major: 1, minor: 3 })),
      "make zero": outcome(() => world.makeDevice(zeroNode, { kind: "char", major: 1, minor: 5 })),
      "make loop": outcome(() => world.makeDevice(loopNode, { kind: "block", major: 7, minor: 3 })),
    })
    const tidy = () => NODES.map(node => outcome(() => world.unlink(node)))
    tidy()
    const inside = await world.inGroup(GROUP, acts)
    const made = tidy()
    const outside = acts()
    tidy()
    const denials = object.events().map(({ value }) => {
      const { group, type, access, major, minor } = value as Denial
      const where = group === world.groupId(GROUP) ? "box" : "elsewhere"
      return `${where}: ${type === 2 ? "c" : "b"} ${major}:${minor} access ${access}`
    })
    const refusedOutside = Object.values(outside).filter(result => result !== "ok")
    return { inside, made, refusedOutside, denials }
  },
  expected: {
    inside: {
      "read null": "ok",
      "write null": "ok",
      "write zero": "ok",
      "read urandom": "ok",
      "write urandom": "EPERM",
      "read full": "EPERM",
      "make null": "ok",
      "make zero": "EPERM",
      "make loop": "ok",
    },
    made: ["ok", "ENOENT", "ok"],
    refusedOutside: [],
    denials: ["box: c 1:9 access 6", "box: c 1:7 access 2", "box: c 1:5 access 1"],
  },
}

export default device
