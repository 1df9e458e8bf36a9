/** Maps of the embedded kernel: values in kernel memory, Linux's semantics and errnos. May import base, catalog and memory. */
export * from "./create-map.ts"
export type { MapAttributes, MapHost, MapRecord, MapRecords, MapStorage } from "./map-storage.ts"
export { PerfEventArray } from "./perf-event-array.ts"
export { RING_QUERY, RingBuffer } from "./ring-buffer.ts"
