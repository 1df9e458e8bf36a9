/** Maps of the embedded kernel: values in kernel memory, Linux's semantics and errnos. May import base, catalog, memory and engine types. */
export * from "./create-map.ts"
export type { MapAttributes, MapHost, MapRecord, MapRecords, MapStorage, TailTarget } from "./map-storage.ts"
export { PerfEventArray } from "./perf-event-array.ts"
export { ProgArray } from "./prog-array.ts"
export { RING_QUERY, RingBuffer } from "./ring-buffer.ts"
