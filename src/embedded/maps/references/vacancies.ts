import { BPF_ANY, BPF_EXIST } from "../flags.ts"
import type { MapAttributes } from "../map-storage.ts"
import type { Vacancy } from "./vacant-map.ts"

/** The largest file descriptor. */
const LARGEST_DESCRIPTOR = 0x7fffffffn

/** cgroup_array: cgroups, by descriptor. */
export function cgroupArray({ maxEntries }: MapAttributes): Vacancy {
  return {
    keys: "index",
    lookup: "ENOTSUPP",
    update: ({ key, flags }) => (flags !== BPF_ANY ? "EINVAL" : key >= maxEntries ? "E2BIG" : "EBADF"),
    delete: key => (key >= maxEntries ? "E2BIG" : "ENOENT"),
  }
}

/** stack_trace: call stacks, which only programs put in; one slot for each hash, a power of two. */
export function stackTrace({ maxEntries }: MapAttributes): Vacancy {
  const slots = 2 ** Math.ceil(Math.log2(maxEntries))
  return {
    keys: "none",
    lookup: "ENOENT",
    update: () => "EINVAL",
    delete: key => (key >= slots ? "E2BIG" : "ENOENT"),
  }
}

/** xskmap: AF_XDP sockets, by descriptor. */
export function xskMap({ maxEntries }: MapAttributes): Vacancy {
  return {
    keys: "index",
    lookup: "EOPNOTSUPP",
    update: ({ key, flags }) => (flags > BPF_EXIST ? "EINVAL" : key >= maxEntries ? "E2BIG" : "EBADF"),
    delete: key => (key >= maxEntries ? "EINVAL" : undefined),
  }
}

/** sockmap: sockets, by descriptor; values of 8 bytes can be read. */
export function socketMap({ valueSize }: MapAttributes): Vacancy {
  return {
    keys: "index",
    lookup: valueSize === 8 ? "ENOENT" : "ENOSPC",
    update: ({ bytes }) => (isTooLarge(bytes) ? "EINVAL" : "EBADF"),
    delete: () => "EINVAL",
  }
}

export function socketHash(attributes: MapAttributes): Vacancy {
  return { ...socketMap(attributes), keys: "none", delete: () => "ENOENT" }
}

/** reuseport_sockarray: sockets that share a port, by descriptor. */
export function reuseportArray({ maxEntries, valueSize }: MapAttributes): Vacancy {
  return {
    keys: "index",
    lookup: valueSize === 8 ? "ENOENT" : "ENOSPC",
    update: ({ key, bytes, flags }) => {
      if (flags > BPF_EXIST) return "EINVAL"
      if (key >= maxEntries) return "E2BIG"
      return isTooLarge(bytes) ? "EINVAL" : "EBADF"
    },
    delete: key => (key >= maxEntries ? "E2BIG" : "ENOENT"),
  }
}

/** Values of 8 bytes hold a descriptor too. */
function isTooLarge(bytes: Uint8Array): boolean {
  return (
    bytes.length === 8 &&
    new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true) > LARGEST_DESCRIPTOR
  )
}
