/** `skep/linux`: the machine's own kernel, through bpf(2) and its neighbours. May import base … kernel; only `ffi/` touches raw memory. */
export type { BpfCall, BpfCommand } from "./bpf/bpf.ts"
export { LinuxCallError } from "./ffi/call-error.ts"
export { LinuxKernel, type OpenOptions, openLinuxKernel } from "./linux-kernel.ts"
export type { LinuxLink } from "./linux-link.ts"
export type { LinuxObject } from "./linux-object.ts"
export type { LinuxProgram } from "./linux-program.ts"
export type { LinuxMap, Sample as LinuxSample } from "./maps/linux-map.ts"
