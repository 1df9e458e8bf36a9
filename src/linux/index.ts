/** `skep/linux`: the machine's own kernel, through bpf(2) and its neighbours. May import base … kernel; only `ffi/` touches raw memory. */

export {
  type FeatureReport,
  type HelperAnswers,
  NetlinkError,
  type ProbeOptions,
  type Sysctls,
} from "../kernel/index.ts"
export type { StructOpsLink } from "./attach/struct-ops-link.ts"
export type { BpfCall, BpfCommand } from "./bpf/bpf.ts"
export { openById, type QueriedPrograms, queryPrograms } from "./bpf/query.ts"
export { LinuxCallError } from "./ffi/call-error.ts"
export { LinuxObjects, openLinux } from "./inspect/index.ts"
export { LinuxKernel, type OpenOptions, openLinuxKernel } from "./linux-kernel.ts"
export type { LinuxLink } from "./linux-link.ts"
export type { LinuxObject } from "./linux-object.ts"
export type { LinuxProgram } from "./linux-program.ts"
export type { LinuxLoadOptions } from "./load/load-object.ts"
export type { LinuxMap, LinuxSample } from "./maps/linux-map.ts"
export { type BpfFilter, filtersOf } from "./net/filters.ts"
export { interfaceIndex, xdpPrograms } from "./net/interfaces.ts"
export { Socket } from "./net/socket.ts"
export { probeFeatures } from "./probe/index.ts"
export type { PerfBufferOptions } from "./read/records.ts"
export type { RecordVisitor } from "./read/ring-buffer.ts"
export { type LinuxWorld, openLinuxWorld } from "./world/index.ts"
