import { errnoNumber } from "../../base/index.ts"
import { type Cgroup, walkGroups } from "../cgroups/index.ts"
import { memoryArgument, word } from "../helpers/argument.ts"
import type { HelperFunction, HelperTable } from "../helpers/helper.ts"
import { int } from "./result.ts"

const EINVAL = int(-errnoNumber("EINVAL"))

/** `struct bpf_iter_css`: where the walk starts, where it is, and in which order. A group's state is its first member. */
const GROUPS_BYTES = 24n
const [GROUPS_POSITION, GROUPS_FLAGS] = [8, 16]
/** `enum bpf_cgroup_iter_order`: these walks have no "self only". */
const ORDERS = { 2: "parentsFirst", 3: "childrenFirst", 4: "upwards" } as const

function orderOf(flags: number): (typeof ORDERS)[keyof typeof ORDERS] | undefined {
  return flags in ORDERS ? ORDERS[flags as keyof typeof ORDERS] : undefined
}

const groupsNew: HelperFunction = (kernel, [iterator, start, flags]) => {
  const at = memoryArgument(kernel, iterator, GROUPS_BYTES)
  const { bytes, view } = kernel.memory
  bytes.fill(0, at, at + Number(GROUPS_BYTES))
  if (start === 0n || !orderOf(word(flags))) return EINVAL
  view.setBigUint64(at, start, true)
  view.setUint32(at + GROUPS_FLAGS, word(flags), true)
  return 0
}

const groupsNext: HelperFunction = (kernel, [iterator]) => {
  const at = memoryArgument(kernel, iterator, GROUPS_BYTES)
  const { view } = kernel.memory
  const { cgroups } = kernel.core
  const [start, order] = [
    cgroups.at(Number(view.getBigUint64(at, true))),
    orderOf(view.getUint32(at + GROUPS_FLAGS, true)),
  ]
  if (!start || !order) return 0
  const position = Number(view.getBigUint64(at + GROUPS_POSITION, true))
  let next: Cgroup | undefined
  let isPast = position === 0
  for (const group of walkGroups(start, order)) {
    if (isPast) {
      next = group
      break
    }
    isPast = group.object.address === position
  }
  const address = next?.object.address ?? 0
  view.setBigUint64(at + GROUPS_POSITION, BigInt(address), true)
  return address
}

/** `struct bpf_iter_css_task`, of which only the address of a state is filled: here the group, and the task that came last. */
const TASKS_BYTES = 8n
const [STATE_BYTES, STATE_LAST] = [16, 8]
/** What stands in `held` for it. */
const TASKS_STATE = "bpf_iter_css_task"
/** CSS_TASK_ITER_PROCS, and with CSS_TASK_ITER_THREADED. */
const TASK_FLAGS = [0, 1, 3]

const tasksNew: HelperFunction = (kernel, [iterator, group, flags]) => {
  const at = memoryArgument(kernel, iterator, TASKS_BYTES)
  const { memory, fields } = kernel
  memory.view.setBigUint64(at, 0n, true)
  if (!TASK_FLAGS.includes(word(flags))) return EINVAL
  const state = memory.alloc(STATE_BYTES)
  fields.held.set(state, TASKS_STATE)
  memory.view.setBigUint64(state, group, true)
  memory.view.setBigUint64(state + STATE_LAST, 0n, true)
  memory.view.setBigUint64(at, BigInt(state), true)
  return 0
}

const tasksNext: HelperFunction = (kernel, [iterator]) => {
  const { view } = kernel.memory
  const state = Number(view.getBigUint64(memoryArgument(kernel, iterator, TASKS_BYTES), true))
  if (kernel.fields.held.get(state) !== TASKS_STATE) return 0
  const group = kernel.core.cgroups.at(Number(view.getBigUint64(state, true)))
  const members = kernel.tasks().filter(task => group && kernel.core.groupOfTask(task) === group)
  const last = Number(view.getBigUint64(state + STATE_LAST, true))
  const next = members[members.indexOf(last) + 1] ?? 0
  if (next !== 0) view.setBigUint64(state + STATE_LAST, BigInt(next), true)
  return next
}

const tasksDestroy: HelperFunction = (kernel, [iterator]) => {
  const at = memoryArgument(kernel, iterator, TASKS_BYTES)
  const state = Number(kernel.memory.view.getBigUint64(at, true))
  if (kernel.fields.held.get(state) !== TASKS_STATE) return 0
  kernel.fields.held.delete(state)
  kernel.memory.free(state)
  return 0
}

/** Walks over control groups, and over the members of one, inside of a program. */
export const CSS_KFUNCS: HelperTable = {
  bpf_iter_css_new: groupsNew,
  bpf_iter_css_next: groupsNext,
  bpf_iter_css_destroy: () => 0,
  bpf_iter_css_task_new: tasksNew,
  bpf_iter_css_task_next: tasksNext,
  bpf_iter_css_task_destroy: tasksDestroy,
}
