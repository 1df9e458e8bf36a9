import type { BtfKind } from "../btf/index.ts"
import type { ProgramSpec } from "./spec.ts"

/** How the target of each attach type is named in BTF (libbpf's `find_kernel_btf_id`); functions by their own names. */
const PREFIXES: Readonly<Record<string, readonly [prefix: string, kind: BtfKind]>> = {
  trace_raw_tp: ["btf_trace_", "typedef"],
  trace_iter: ["bpf_iter_", "func"],
  lsm_mac: ["bpf_lsm_", "func"],
  lsm_cgroup: ["bpf_lsm_", "func"],
}

/** What a program that is attached by BTF asks the kernel's types for: its target's name behind a prefix. */
export interface BtfTargetName {
  readonly prefix: string
  readonly kind: BtfKind
}

export function btfTargetName({ definition }: Pick<ProgramSpec, "definition">): BtfTargetName {
  const [prefix, kind] = PREFIXES[definition?.attachType ?? ""] ?? ["", "func"]
  return { prefix, kind }
}
