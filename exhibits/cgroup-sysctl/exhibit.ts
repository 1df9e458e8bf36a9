import type { Exhibit } from "skep"

const GROUP = "/sys/fs/cgroup/skep-tenant"
const BACKLOG = "/proc/sys/net/core/somaxconn"
const HOPS = "/proc/sys/net/ipv4/ip_default_ttl"

interface Entry {
  readonly write: number
  readonly position: number
  readonly name: string
  readonly base: string
  readonly current: string
  readonly new: string
}

/** A tenant may read every sysctl and write one, with a floor below its value. */
const sysctl: Exhibit = {
  title: "a tenant's sysctls: one may be written, with a floor, the others only read",
  setUp: world => void world.makeGroup("skep-tenant"),
  attach: { sysctls: { kind: "cgroup", path: GROUP } },
  async scenario({ world, object, outcome }) {
    await object.maps.writable?.set("net/core/somaxconn", 256n)
    const before = world.readText(BACKLOG)
    const inside = await world.inGroup(GROUP, () => {
      const ostype = world.readText("/proc/sys/kernel/ostype")
      const hops = outcome(() => world.writeText(HOPS, "32"))
      const low = outcome(() => world.writeText(BACKLOG, "16\n"))
      const raised = world.readText(BACKLOG)
      const high = outcome(() => world.writeText(BACKLOG, "1024\n"))
      return { ostype, hops, low, raised, high, backlog: world.readText(BACKLOG) }
    })
    world.writeText(BACKLOG, before)
    const journal = object.events().map(({ value }) => {
      const { write, position, name, base, current, new: written } = value as Entry
      return `${write ? "write" : "read"} ${name} (${base}) at ${position}: ${current.trim()}${write ? ` -> ${written.trim()}` : ""}`
    })
    return { inside, journal, after: world.readText(BACKLOG) === before }
  },
  expected: {
    inside: {
      ostype: "Linux\n",
      hops: "EPERM",
      low: "ok",
      raised: "256\n",
      high: "ok",
      backlog: "1024\n",
    },
    journal: [
      "read kernel/ostype (ostype) at 0: Linux",
      "read kernel/ostype (ostype) at 6: Linux",
      "write net/ipv4/ip_default_ttl (ip_default_ttl) at 0: 64 -> 32",
      "write net/core/somaxconn (somaxconn) at 0: 4096 -> 16",
      "read net/core/somaxconn (somaxconn) at 0: 256",
      "read net/core/somaxconn (somaxconn) at 4: 256",
      "write net/core/somaxconn (somaxconn) at 0: 256 -> 1024",
      "read net/core/somaxconn (somaxconn) at 0: 1024",
      "read net/core/somaxconn (somaxconn) at 5: 1024",
    ],
    after: true,
  },
}

export default sysctl
