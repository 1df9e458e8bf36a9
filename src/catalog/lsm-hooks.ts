import { type HookRow, SLEEPABLE_LSM_HOOKS } from "./helpers/hook-lists.ts"
import { isSince, type Release } from "./releases.ts"

/** What sets one LSM hook apart from the others; a hook is named as in `bpf_lsm_NAME` of the kernel's BTF. */
export interface LsmHookFacts {
  /** Takes no programs: its answer is more than a number. */
  readonly disabled: boolean
  /** Takes sleepable programs. */
  readonly sleepable: boolean
  /** Answers 0 or 1 where others answer 0 or a negative error. */
  readonly boolean: boolean
  /** Kfuncs take the pointers in its arguments (since 6.2). */
  readonly trusted: boolean
}

/** `bpf_lsm_disabled_hooks` of kernel/bpf/bpf_lsm.c; measured on 6.1 and 6.12. */
export const DISABLED_LSM_HOOKS = [
  "audit_rule_match",
  "getprocattr",
  "getselfattr",
  "inode_copy_up_xattr",
  "inode_getsecurity",
  "inode_listsecurity",
  "inode_need_killpriv",
  "ismaclabel",
  "key_getsecurity",
  "setprocattr",
  "vm_enough_memory",
  "xfrm_decode_session",
] as const

/** Hooks that answer yes (1) or no (0): `bool_lsm_hooks` of kernel/bpf/bpf_lsm.c (6.12). */
export const BOOLEAN_LSM_HOOKS = [
  "audit_rule_known",
  "inode_xattr_skipcap",
  "xfrm_state_pol_flow_match",
] as const

/**
 * Hooks that run while their object is made or freed: `untrusted_lsm_hooks` of kernel/bpf/bpf_lsm.c (6.12).
 */
export const UNTRUSTED_LSM_HOOKS = [
  "bpf_map_free",
  "bpf_prog_free",
  "file_alloc_security",
  "file_free_security",
  "sk_alloc_security",
  "sk_free_security",
  "task_free",
] as const

export function lsmHook(name: string, release: Release): LsmHookFacts {
  const inList = (list: readonly string[]) => list.includes(name)
  const rows: readonly HookRow[] = SLEEPABLE_LSM_HOOKS
  const sleeps = rows.some(
    ({ hook, since, until }) =>
      hook === name &&
      (since === undefined || isSince(since, release)) &&
      (until === undefined || !isSince(until, release)),
  )
  return {
    disabled: inList(DISABLED_LSM_HOOKS),
    sleepable: sleeps,
    boolean: inList(BOOLEAN_LSM_HOOKS),
    trusted: !inList(UNTRUSTED_LSM_HOOKS),
  }
}
