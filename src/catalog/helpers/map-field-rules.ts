import type { ProgramTypeName } from "../program-types.ts"

/** A field of map values that programs of some types may not use: such a program does not load with the map. */
export interface MapFieldRule {
  /** The C structs of the field. */
  readonly fields: readonly string[]
  readonly refused: readonly ProgramTypeName[]
  /** What the verifier says before "progs cannot use … yet". */
  readonly who: string
  /** How the verifier names the field. */
  readonly what: string
}

/** Program types that may run anywhere, in an interrupt and under any lock. */
const PROBES = [
  "kprobe",
  "tracepoint",
  "perf_event",
  "raw_tracepoint",
  "raw_tracepoint_writable",
] as const satisfies readonly ProgramTypeName[]

/**
 * The helpers for locks, timers and the like are open to these types, but not the maps that they need.
 * Source: check_map_prog_compatibility of kernel/bpf/verifier.c (6.12), in its order.
 */
export const MAP_FIELD_RULES = [
  {
    fields: ["bpf_list_head", "bpf_rb_root"],
    refused: PROBES,
    who: "tracing",
    what: "bpf_{list_head,rb_root}",
  },
  { fields: ["bpf_spin_lock"], refused: ["socket_filter"], who: "socket filter", what: "bpf_spin_lock" },
  { fields: ["bpf_spin_lock"], refused: PROBES, who: "tracing", what: "bpf_spin_lock" },
  { fields: ["bpf_timer"], refused: PROBES, who: "tracing", what: "bpf_timer" },
  { fields: ["bpf_wq"], refused: PROBES, who: "tracing", what: "bpf_wq" },
] as const satisfies readonly MapFieldRule[]
