/** Maps of the embedded kernel: values in kernel memory, Linux's semantics and errnos. May import base, btf, catalog, memory and engine. */

export * from "./commands/index.ts"
export * from "./create-map.ts"
export * from "./map-descriptors.ts"
export {
  type HeldSocket,
  type MapAttributes,
  type MapElements,
  type MapHost,
  type MapRecord,
  type MapRecords,
  type MapStorage,
  type MapTypes,
  type TailTarget,
  valueBytesOf,
} from "./map-storage.ts"
export { nativeMaps } from "./native/index.ts"
export { PerfEventArray } from "./perf-event-array.ts"
export { ProgArray } from "./prog-array.ts"
export { UserRingBuffer } from "./queues/user-ring-buffer.ts"
export { ArenaMap } from "./references/arena-map.ts"
export { CgroupArray } from "./references/cgroup-array.ts"
export { CpuMap } from "./references/cpu-map.ts"
export { DeviceMap } from "./references/device-map.ts"
export { NestedMap } from "./references/nested-map.ts"
export type {
  CpuEntry,
  DeviceEntry,
  MapDevice,
  RedirectInfo,
  RedirectTarget,
} from "./references/redirect.ts"
export { SocketMap, type SocketMapPrograms } from "./references/socket-map.ts"
export { RING_QUERY, RingBuffer } from "./ring-buffer.ts"
export { StackMap } from "./stack-map.ts"
export { type GroupPlace, GroupStorage } from "./storages/group-storage.ts"
export { LocalStorage } from "./storages/local-storage.ts"
export { type Registration, StructOpsMap } from "./struct-ops-map.ts"
