import type { ArgumentKind } from "../../catalog/details.ts"
import type { MapFacts } from "../program.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Walk } from "../walk/walk.ts"
import type { HelperCall } from "./helper-call.ts"
import { MAP_TYPE as M } from "./map-types.ts"

/** Maps whose "value" argument is something else than memory of the value's size. */
export function mapValueKind(walk: Walk, { map, name }: HelperCall): ArgumentKind {
  if (!map) reject(walk, ERRNO.EACCES, "invalid map_ptr to access map->value", "map-helper")
  // Sockets go into sockmaps as themselves.
  if ((map.type === M.SOCKMAP || map.type === M.SOCKHASH) && name === "bpf_map_update_elem")
    return "btfSocketCommon"
  return "mapValue"
}

const set = (...names: string[]) => new Set(names.map(name => `bpf_${name}`))

/** Map types that only take the helpers listed; the others take those that no list here names for itself. */
const ONLY: Readonly<Record<number, ReadonlySet<string>>> = {
  [M.PROG_ARRAY]: set("tail_call"),
  [M.PERF_EVENT_ARRAY]: set(
    "perf_event_read",
    "perf_event_output",
    "skb_output",
    "perf_event_read_value",
    "xdp_output",
  ),
  [M.RINGBUF]: set(
    "ringbuf_output",
    "ringbuf_reserve",
    "ringbuf_query",
    "ringbuf_reserve_dynptr",
    "ringbuf_submit_dynptr",
    "ringbuf_discard_dynptr",
  ),
  [M.USER_RINGBUF]: set("user_ringbuf_drain"),
  [M.STACK_TRACE]: set("get_stackid"),
  [M.CGROUP_ARRAY]: set("skb_under_cgroup", "current_task_under_cgroup"),
  [M.CGROUP_STORAGE]: set("get_local_storage"),
  [M.PERCPU_CGROUP_STORAGE]: set("get_local_storage"),
  [M.DEVMAP]: set("redirect_map", "map_lookup_elem"),
  [M.DEVMAP_HASH]: set("redirect_map", "map_lookup_elem"),
  [M.CPUMAP]: set("redirect_map"),
  [M.XSKMAP]: set("redirect_map", "map_lookup_elem"),
  [M.ARRAY_OF_MAPS]: set("map_lookup_elem"),
  [M.HASH_OF_MAPS]: set("map_lookup_elem"),
  [M.REUSEPORT_SOCKARRAY]: set("sk_select_reuseport"),
  [M.QUEUE]: set("map_peek_elem", "map_pop_elem", "map_push_elem"),
  [M.STACK]: set("map_peek_elem", "map_pop_elem", "map_push_elem"),
  [M.SK_STORAGE]: set("sk_storage_get", "sk_storage_delete", "kptr_xchg"),
  [M.INODE_STORAGE]: set("inode_storage_get", "inode_storage_delete", "kptr_xchg"),
  [M.TASK_STORAGE]: set("task_storage_get", "task_storage_delete", "kptr_xchg"),
  [M.CGRP_STORAGE]: set("cgrp_storage_get", "cgrp_storage_delete", "kptr_xchg"),
  [M.BLOOM_FILTER]: set("map_peek_elem", "map_push_elem"),
}

const SOCKET_MAP_HELPERS: Readonly<Record<number, ReadonlySet<string>>> = {
  [M.SOCKMAP]: set(
    "sk_redirect_map",
    "sock_map_update",
    "msg_redirect_map",
    "sk_select_reuseport",
    "map_lookup_elem",
    "map_delete_elem",
    "map_update_elem",
  ),
  [M.SOCKHASH]: set(
    "sk_redirect_hash",
    "sock_hash_update",
    "msg_redirect_hash",
    "sk_select_reuseport",
    "map_lookup_elem",
    "map_delete_elem",
    "map_update_elem",
  ),
}

/** Helpers that only take certain types of map. */
const TYPES: Readonly<Record<string, readonly number[]>> = {
  bpf_tail_call: [M.PROG_ARRAY],
  bpf_perf_event_read: [M.PERF_EVENT_ARRAY],
  bpf_perf_event_output: [M.PERF_EVENT_ARRAY],
  bpf_perf_event_read_value: [M.PERF_EVENT_ARRAY],
  bpf_skb_output: [M.PERF_EVENT_ARRAY],
  bpf_xdp_output: [M.PERF_EVENT_ARRAY],
  bpf_ringbuf_output: [M.RINGBUF],
  bpf_ringbuf_reserve: [M.RINGBUF],
  bpf_ringbuf_query: [M.RINGBUF],
  bpf_ringbuf_reserve_dynptr: [M.RINGBUF],
  bpf_user_ringbuf_drain: [M.USER_RINGBUF],
  bpf_get_stackid: [M.STACK_TRACE],
  bpf_current_task_under_cgroup: [M.CGROUP_ARRAY],
  bpf_skb_under_cgroup: [M.CGROUP_ARRAY],
  bpf_redirect_map: [M.DEVMAP, M.DEVMAP_HASH, M.CPUMAP, M.XSKMAP],
  bpf_sk_redirect_map: [M.SOCKMAP],
  bpf_msg_redirect_map: [M.SOCKMAP],
  bpf_sock_map_update: [M.SOCKMAP],
  bpf_sk_redirect_hash: [M.SOCKHASH],
  bpf_msg_redirect_hash: [M.SOCKHASH],
  bpf_sock_hash_update: [M.SOCKHASH],
  bpf_get_local_storage: [M.CGROUP_STORAGE, M.PERCPU_CGROUP_STORAGE],
  bpf_sk_select_reuseport: [M.REUSEPORT_SOCKARRAY, M.SOCKMAP, M.SOCKHASH],
  bpf_map_pop_elem: [M.QUEUE, M.STACK],
  bpf_map_peek_elem: [M.QUEUE, M.STACK, M.BLOOM_FILTER],
  bpf_map_push_elem: [M.QUEUE, M.STACK, M.BLOOM_FILTER],
  bpf_map_lookup_percpu_elem: [M.PERCPU_ARRAY, M.PERCPU_HASH, M.LRU_PERCPU_HASH],
  bpf_sk_storage_get: [M.SK_STORAGE],
  bpf_sk_storage_delete: [M.SK_STORAGE],
  bpf_inode_storage_get: [M.INODE_STORAGE],
  bpf_inode_storage_delete: [M.INODE_STORAGE],
  bpf_task_storage_get: [M.TASK_STORAGE],
  bpf_task_storage_delete: [M.TASK_STORAGE],
  bpf_cgrp_storage_get: [M.CGRP_STORAGE],
  bpf_cgrp_storage_delete: [M.CGRP_STORAGE],
}

/** Programs that may change sockmaps by the general helpers. */
const SOCKMAP_WRITERS = new Set([
  "tracing",
  "socket_filter",
  "sched_cls",
  "sched_act",
  "xdp",
  "sk_reuseport",
  "flow_dissector",
  "sk_lookup",
])

/** Whether a helper works on this type of map. */
export function checkMapHelper(walk: Walk, map: MapFacts | undefined, id: number, name: string): void {
  if (!map) return
  const refuse = (): never =>
    reject(walk, ERRNO.EINVAL, `cannot pass map_type ${map.type} into func ${name}#${id}`, "map-helper")
  const only = ONLY[map.type] ?? SOCKET_MAP_HELPERS[map.type]
  if (only && !only.has(name)) refuse()
  const isSocketMap = map.type === M.SOCKMAP || map.type === M.SOCKHASH
  if (isSocketMap && (name === "bpf_map_update_elem" || name === "bpf_map_delete_elem"))
    if (!mayChangeSockmap(walk, name)) {
      walk.log.line("cannot update sockmap in this context")
      refuse()
    }
  const types = TYPES[name]
  if (types && !types.includes(map.type)) refuse()
}

function mayChangeSockmap({ program }: Walk, name: string): boolean {
  if (name === "bpf_map_update_elem") {
    if (program.type === "tracing") return program.attachType === "trace_iter"
    return SOCKMAP_WRITERS.has(program.type)
  }
  if (program.type === "sock_ops") return true
  if (program.type === "tracing") return program.attachType === "trace_iter"
  return SOCKMAP_WRITERS.has(program.type)
}
