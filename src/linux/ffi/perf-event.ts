import type { Descriptor } from "./descriptor.ts"
import type { Native } from "./native.ts"
import { Scratch } from "./scratch.ts"
import { type Structure, type Values, writeStructure } from "./structure.ts"
import { systemCallNumber } from "./system-calls.ts"

/** `struct perf_event_attr` as of its fifth version; bit fields are one word. Source: include/uapi/linux/perf_event.h. */
export const PERF_EVENT_ATTR = {
  type: [0, "u32"],
  size: [4, "u32"],
  config: [8, "u64"],
  /** A period, or a frequency where the flag says so. */
  sample_period: [16, "u64"],
  sample_type: [24, "u64"],
  read_format: [32, "u64"],
  flags: [40, "u64"],
  wakeup_events: [48, "u32"],
  bp_type: [52, "u32"],
  /** For probes: the address of the function's or file's name. */
  config1: [56, "u64"],
  /** For probes: the offset. */
  config2: [64, "u64"],
} as const satisfies Structure

const ATTR_BYTES = 112
const PERF_FLAG_FD_CLOEXEC = 8
/** ioctl requests. */
export const PERF_IOCTL = { enable: 0x2400, disable: 0x2401, setBpf: 0x4004_2408 } as const

export interface PerfTarget {
  /** −1 for every process. */
  readonly pid: number
  /** −1 for every CPU. */
  readonly cpu: number
}

/**
 * perf_event_open(2): a descriptor, or −errno. `text` is what config1 points to, for probes.
 */
export function openPerfEvent(
  native: Native,
  values: Values<typeof PERF_EVENT_ATTR>,
  { pid, cpu }: PerfTarget,
  text?: string,
): number {
  using scratch = new Scratch(native)
  const { address, bytes } = scratch.allocate(ATTR_BYTES)
  const config1 = text === undefined ? values.config1 : scratch.text(text)
  writeStructure(PERF_EVENT_ATTR, { ...values, size: ATTR_BYTES, config1 }, bytes, scratch)
  return native.syscall(systemCallNumber("perf_event_open"), address, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC)
}

export function perfIoctl(native: Native, event: Descriptor, request: number, argument = 0): number {
  return native.syscall(systemCallNumber("ioctl"), event.fd, request, argument)
}
