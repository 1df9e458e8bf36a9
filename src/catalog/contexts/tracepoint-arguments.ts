import { isSince, type Release } from "../releases.ts"
import type { FunctionArgument, FunctionSignature } from "./signature.ts"

/** Arguments of a tracepoint that BTF does not tell enough about, by their place from 0. */
export interface TracepointArgumentsRow {
  readonly tracepoints: readonly string[]
  /** May be null: to be checked before use. */
  readonly orNull: readonly number[]
  /** May hold an error number in place of a pointer: a scalar to the verifier. */
  readonly orError: readonly number[]
}

/**
 * From this release on (and in 6.12 since 6.12.6) the verifier knows them; before, a null pointer reads as
 * zeroes.
 */
export const TRACEPOINT_NULLS_SINCE = "6.12"

/**
 * Tracepoints of the kernel itself as measured on 6.12 (`raw_tp_null_args` of kernel/bpf/btf.c). In a
 * tracepoint of a module every pointer may be null.
 */
export const TRACEPOINT_ARGUMENTS = [
  {
    tracepoints: [
      "mm_collapse_huge_page_isolate",
      "mm_page_alloc",
      "mm_page_alloc_zone_locked",
      "mm_page_pcpu_drain",
      "sched_process_wait",
      "tmigr_update_events",
    ],
    orNull: [0],
    orError: [],
  },
  { tracepoints: ["tcp_send_reset"], orNull: [0, 1], orError: [] },
  {
    tracepoints: [
      "break_lease_block",
      "break_lease_noblock",
      "break_lease_unblock",
      "device_pm_callback_start",
      "ext4_mballoc_discard",
      "ext4_mballoc_free",
      "fcntl_setlk",
      "flock_lock_inode",
      "folio_wait_writeback",
      "generic_delete_lease",
      "locks_remove_posix",
      "mm_khugepaged_collapse_file",
      "mm_khugepaged_scan_file",
      "mm_khugepaged_scan_pmd",
      "netfs_failure",
      "posix_lock_inode",
      "sched_pi_setprio",
      "time_out_leases",
      "writeback_dirty_folio",
    ],
    orNull: [1],
    orError: [],
  },
  { tracepoints: ["fib_table_lookup", "sched_stick_numa", "sched_swap_numa"], orNull: [2], orError: [] },
  { tracepoints: ["kfree_skb", "qdisc_dequeue"], orNull: [3], orError: [] },
  { tracepoints: ["signal_deliver", "signal_generate"], orNull: [], orError: [1] },
] as const satisfies readonly TracepointArgumentsRow[]

/** The prototype of a BTF-enabled tracepoint, with what the verifier knows of its arguments. */
export function tracepointSignature(
  tracepoint: string,
  signature: FunctionSignature,
  release: Release,
  { module = false }: { readonly module?: boolean } = {},
): FunctionSignature {
  if (!isSince(TRACEPOINT_NULLS_SINCE, release)) return signature
  const rows: readonly TracepointArgumentsRow[] = TRACEPOINT_ARGUMENTS
  const row = rows.find(row => row.tracepoints.includes(tracepoint))
  if (row === undefined && !module) return signature
  return {
    ...signature,
    arguments: signature.arguments.map((argument, at): FunctionArgument => {
      if (argument.kind !== "structure") return argument
      if (row?.orError.includes(at)) return { kind: "address" }
      return row === undefined || row.orNull.includes(at) ? { ...argument, orNull: true } : argument
    }),
  }
}
