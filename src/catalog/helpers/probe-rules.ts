import type { AttachTypeName } from "../attach-types.ts"
import type { ProgramTypeName } from "../program-types.ts"
import type { HelperName } from "./helpers.ts"
import { type HookRow, PATH_FUNCTIONS, SLEEPABLE_LSM_HOOKS } from "./hook-lists.ts"

/** A place at which a helper may be called; every condition that is given must hold. */
export interface ProbePlace {
  readonly programTypes?: readonly ProgramTypeName[]
  readonly attachTypes?: readonly AttachTypeName[]
  readonly hooks?: readonly HookRow[]
  /** Functions whose name begins so are not such a place. */
  readonly exceptPrefix?: string
}

/** Helpers that programs of a type may call at some places only: `allowed` of the kernel's struct bpf_func_proto. */
export interface ProbeRule {
  readonly helpers: readonly HelperName[]
  readonly programTypes: readonly ProgramTypeName[]
  /** One of them must fit. */
  readonly places: readonly ProbePlace[]
}

export const PROBE_RULES = [
  {
    helpers: ["bpf_d_path"],
    programTypes: ["tracing", "lsm", "syscall"],
    places: [
      { programTypes: ["tracing"], attachTypes: ["trace_iter"] },
      { programTypes: ["lsm"], hooks: SLEEPABLE_LSM_HOOKS },
      { programTypes: ["tracing"], hooks: PATH_FUNCTIONS.map(hook => ({ hook })) },
    ],
  },
  {
    helpers: ["bpf_sk_storage_get", "bpf_sk_storage_delete"],
    programTypes: ["tracing", "syscall"],
    places: [
      { attachTypes: ["trace_iter", "trace_raw_tp"] },
      { attachTypes: ["trace_fentry", "trace_fexit"], exceptPrefix: "bpf_sk_storage" },
    ],
  },
  {
    helpers: ["bpf_ima_inode_hash", "bpf_ima_file_hash"],
    programTypes: ["lsm"],
    places: [{ hooks: SLEEPABLE_LSM_HOOKS }],
  },
] as const satisfies readonly ProbeRule[]
