import type { MapFacts } from "../program.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Walk } from "../walk/walk.ts"
import { MAP_TYPE as M } from "./map-types.ts"

const TRACING = new Set(["kprobe", "tracepoint", "perf_event", "raw_tracepoint", "raw_tracepoint_writable"])

/** Maps that programs which may sleep can use. */
const SLEEPABLE = new Set<number>([
  M.HASH,
  M.LRU_HASH,
  M.ARRAY,
  M.PERCPU_HASH,
  M.PERCPU_ARRAY,
  M.LRU_PERCPU_HASH,
  M.ARRAY_OF_MAPS,
  M.HASH_OF_MAPS,
  M.RINGBUF,
  M.USER_RINGBUF,
  M.INODE_STORAGE,
  M.SK_STORAGE,
  M.TASK_STORAGE,
  M.CGRP_STORAGE,
  M.QUEUE,
  M.STACK,
  M.ARENA,
])

/** Whether this type of program may use a map, whatever it does with it. */
export function checkMapForProgram(walk: Walk, map: MapFacts): void {
  const { type, sleepable } = walk.program
  const has = (kind: string) => map.fields.some(field => field.kind === kind)
  const refuse = (text: string): never => reject(walk, ERRNO.EINVAL, text, "map-program")
  const tracing = TRACING.has(type)
  if ((has("listHead") || has("treeRoot")) && tracing)
    refuse("tracing progs cannot use bpf_{list_head,rb_root} yet")
  if (has("spinLock")) {
    if (type === "socket_filter") refuse("socket filter progs cannot use bpf_spin_lock yet")
    if (tracing) refuse("tracing progs cannot use bpf_spin_lock yet")
  }
  if (has("timer") && tracing) refuse("tracing progs cannot use bpf_timer yet")
  if (has("workqueue") && tracing) refuse("tracing progs cannot use bpf_wq yet")
  if (sleepable && !SLEEPABLE.has(map.type))
    refuse("Sleepable programs can only use array, hash, ringbuf and local storage maps")
}

/** Of each type of cgroup storage a program has one map. */
export function checkOneStorage(walk: Walk, map: MapFacts, seen: ReadonlySet<MapFacts>): void {
  if (map.type !== M.CGROUP_STORAGE && map.type !== M.PERCPU_CGROUP_STORAGE) return
  if ([...seen].some(({ type }) => type === map.type))
    reject(walk, ERRNO.EBUSY, "only one cgroup storage of each type is allowed", "map-program")
}
