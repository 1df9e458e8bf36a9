/** `skep/embedded`: a model of Linux in one process, with every hook. May import every folder but linux, cli and shell. */

export type { EmbeddedLink } from "./attach/embedded-link.ts"
export { type BootOptions, bootKernel } from "./boot.ts"
export { EmbeddedKernel, type EmbeddedKernelOptions } from "./embedded-kernel.ts"
export {
  type FileNode,
  fileOn,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  pathOf,
} from "./files/index.ts"
export { EmbeddedObjects, openEmbedded } from "./inspect/index.ts"
export type { EmbeddedLoadOptions } from "./load/load-object.ts"
export type { EmbeddedObject } from "./load/loaded-object.ts"
export type { EmbeddedSample, TypedMap } from "./load/typed-map.ts"
export {
  addAddress,
  type Filter,
  type FilterAction,
  joinPair,
  moveDevice,
  type Neighbour,
  type NetDevice,
  type NetNamespace,
  ROUTE_ERRORS,
  type Route,
  removeAddress,
  sameBytes,
  setMtu,
  setUp,
  type TunnelHook,
  type XdpPlace,
} from "./network/index.ts"
export type { EmbeddedProgram } from "./programs/program.ts"
export type { SignalName, Task } from "./tasks/index.ts"
export { formatTraceLine, type TraceLine, TracePipe } from "./trace-pipe.ts"
export type { EventRecord } from "./tracing/event-record.ts"
export type { Attachment } from "./tracing/hooks.ts"
export type { FunctionTrigger, TracepointTrigger } from "./triggers/index.ts"
export { Process, type ProcessEnd, type SyscallResult } from "./world/process.ts"
export { EmbeddedWorld, type ExecOptions } from "./world/world.ts"
