/** Maps of the embedded kernel: values in kernel memory, Linux's semantics and errnos. May import base, btf, catalog, memory and engine. */

export * from "./commands/index.ts"
export * from "./create-map.ts"
export type {
  HeldSocket,
  MapAttributes,
  MapElements,
  MapHost,
  MapRecord,
  MapRecords,
  MapStorage,
  MapTypes,
  TailTarget,
} from "./map-storage.ts"
export { nativeMaps } from "./native/index.ts"
export { PerfEventArray } from "./perf-event-array.ts"
export { ProgArray } from "./prog-array.ts"
export { UserRingBuffer } from "./queues/user-ring-buffer.ts"
export { ArenaMap } from "./references/arena-map.ts"
export { NestedMap } from "./references/nested-map.ts"
export { SocketMap, type SocketMapPrograms } from "./references/socket-map.ts"
export { RING_QUERY, RingBuffer } from "./ring-buffer.ts"
export { LocalStorage } from "./storages/local-storage.ts"
