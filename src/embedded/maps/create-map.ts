import { MapError, NotModelledError } from "../../base/index.ts"
import { type MapTypeName, mapType } from "../../catalog/index.ts"
import { ArrayMap } from "./array-map.ts"
import { HashMap } from "./hash-map.ts"
import { LruHashMap } from "./lru-hash-map.ts"
import type { MapAttributes, MapHost, MapStorage } from "./map-storage.ts"
import { PerfEventArray } from "./perf-event-array.ts"
import { ProgArray } from "./prog-array.ts"
import { BloomFilter } from "./queues/bloom-filter.ts"
import { QueueMap } from "./queues/queue-map.ts"
import { UserRingBuffer } from "./queues/user-ring-buffer.ts"
import { ArenaMap } from "./references/arena-map.ts"
import { CgroupArray } from "./references/cgroup-array.ts"
import { CpuMap } from "./references/cpu-map.ts"
import { DeviceMap } from "./references/device-map.ts"
import { NestedMap } from "./references/nested-map.ts"
import { SocketMap } from "./references/socket-map.ts"
import { reuseportKind, sockhashKind, sockmapKind } from "./references/socket-map-kinds.ts"
import * as vacancies from "./references/vacancies.ts"
import { type Vacancy, VacantMap } from "./references/vacant-map.ts"
import { RingBuffer } from "./ring-buffer.ts"
import { checkCreation } from "./rules/index.ts"
import { StackMap } from "./stack-map.ts"
import { GroupStorage } from "./storages/group-storage.ts"
import { LocalStorage } from "./storages/local-storage.ts"
import { StructOpsMap } from "./struct-ops-map.ts"
import { TrieMap } from "./tries/trie-map.ts"
import { withLayout } from "./with-layout.ts"

/** Makes a map as BPF_MAP_CREATE does. Throws MapError with Linux's errno, or NotModelledError for a type that is not here yet. */
export function createMap(host: MapHost, id: number, given: MapAttributes): MapStorage {
  const attributes = withLayout(host, given)
  const type = mapType(attributes.type)?.name as MapTypeName | undefined
  if (!type)
    throw new MapError(
      `map '${attributes.name}': failed to create: there is no map type ${attributes.type} (EINVAL)`,
      { errno: "EINVAL" },
    )
  checkCreation({ attributes, type, host })
  const vacant = (vacancy: Vacancy): MapStorage => new VacantMap(host, id, attributes, vacancy)
  const { cpus } = host
  switch (type) {
    case "array":
      return new ArrayMap(host, id, attributes)
    case "percpu_array":
      return new ArrayMap(host, id, attributes, cpus)
    case "prog_array":
      return new ProgArray(host, id, attributes)
    case "perf_event_array":
      return new PerfEventArray(host, id, attributes)
    case "hash":
      return new HashMap(host, id, attributes, 1)
    case "percpu_hash":
      return new HashMap(host, id, attributes, cpus)
    case "lru_hash":
      return new LruHashMap(host, id, attributes, 1)
    case "lru_percpu_hash":
      return new LruHashMap(host, id, attributes, cpus)
    case "ringbuf":
      return new RingBuffer(host, id, attributes)
    case "user_ringbuf":
      return new UserRingBuffer(host, id, attributes)
    case "lpm_trie":
      return new TrieMap(host, id, attributes)
    case "queue":
    case "stack":
      return new QueueMap(host, id, attributes, type)
    case "bloom_filter":
      return new BloomFilter(host, id, attributes)
    case "array_of_maps":
    case "hash_of_maps":
      return new NestedMap(host, id, attributes)
    case "task_storage":
      return new LocalStorage(host, id, attributes, pid => host.taskOfPid(pid))
    case "cgrp_storage":
      return new LocalStorage(host, id, attributes, id => host.groupById(id))
    case "cpumap":
      return new CpuMap(host, id, attributes)
    case "cgroup_array":
      return new CgroupArray(host, id, attributes)
    case "stack_trace":
      return new StackMap(host, id, attributes)
    case "devmap":
      return new DeviceMap(host, id, attributes, "index")
    case "devmap_hash":
      return new DeviceMap(host, id, attributes, "hash")
    case "xskmap":
      return vacant(vacancies.xskMap(attributes))
    case "sockmap":
      return new SocketMap(host, id, attributes, sockmapKind(attributes))
    case "sockhash":
      return new SocketMap(host, id, attributes, sockhashKind(attributes))
    case "reuseport_sockarray":
      return new SocketMap(host, id, attributes, reuseportKind(attributes))
    case "sk_storage":
      return new LocalStorage(host, id, attributes, fd => host.socketByDescriptor(fd)?.owner)
    case "inode_storage":
      return new LocalStorage(host, id, attributes, fd => host.inodeByDescriptor(fd))
    case "cgroup_storage":
      return new GroupStorage(host, id, attributes, 1)
    case "percpu_cgroup_storage":
      return new GroupStorage(host, id, attributes, cpus)
    case "struct_ops":
      return new StructOpsMap(host, id, attributes)
    case "arena":
      return new ArenaMap(host, id, attributes)
    default:
      throw new NotModelledError(
        `map '${attributes.name}': map type ${type} is not modelled by the embedded kernel yet`,
      )
  }
}
