import { errnoNumber } from "../../base/index.ts"
import { ArgumentRefusal, hex, memoryArgument, word } from "../helpers/argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "../helpers/helper.ts"
import type { KernelObject } from "../memory/index.ts"
import { int } from "./result.ts"

const EINVAL = int(-errnoNumber("EINVAL"))
const ENOENT = int(-errnoNumber("ENOENT"))
const EBUSY = int(-errnoNumber("EBUSY"))

/** `struct bpf_iter_task`: the process it is at, the thread, and what it walks over. */
const TASK_BYTES = 24n
const [TASK_POSITION, TASK_FLAGS] = [8, 16]
/** BPF_TASK_ITER_…: the first thread of each process, all threads, or those of one process. */
const [ALL_PROCESSES, ALL_THREADS, THREADS_OF_PROCESS] = [0, 1, 2]

const tasksNew: HelperFunction = (kernel, [iterator, task, flags]) => {
  const at = memoryArgument(kernel, iterator, TASK_BYTES)
  const { view } = kernel.memory
  const over = word(flags)
  view.setBigUint64(at + TASK_POSITION, 0n, true)
  if (over > THREADS_OF_PROCESS || (over === THREADS_OF_PROCESS && task === 0n)) return EINVAL
  const first = over === THREADS_OF_PROCESS ? task : BigInt(kernel.tasks()[0]!)
  view.setBigUint64(at, first, true)
  view.setBigUint64(at + TASK_POSITION, first, true)
  view.setUint32(at + TASK_FLAGS, over, true)
  return 0
}

/** Every process of the model has one thread, so threads and processes are walked over alike. */
const tasksNext: HelperFunction = (kernel, [iterator]) => {
  const at = memoryArgument(kernel, iterator, TASK_BYTES)
  const { view } = kernel.memory
  const task = view.getBigUint64(at + TASK_POSITION, true)
  if (task === 0n) return 0
  const over = view.getUint32(at + TASK_FLAGS, true)
  const tasks = over === ALL_PROCESSES || over === ALL_THREADS ? kernel.tasks() : []
  const next = tasks[tasks.indexOf(Number(task)) + 1] ?? 0
  view.setBigUint64(at + TASK_POSITION, BigInt(next), true)
  return task
}

/** `struct bpf_iter_task_vma`: the address of its state. */
const AREA_BYTES = 8n
/** What stands in `held` for it. */
const AREA_STATE = "bpf_iter_task_vma"
const STATE_BYTES = 16

interface AreaState {
  readonly task: number
  /** Areas that end behind this address are still to come. */
  position: bigint
  /** The one that the program looks at. */
  area: KernelObject | undefined
}

const walks = new WeakMap<HelperKernel, Map<number, AreaState>>()

function walksOf(kernel: HelperKernel): Map<number, AreaState> {
  const known = walks.get(kernel) ?? new Map<number, AreaState>()
  walks.set(kernel, known)
  return known
}

const areasNew: HelperFunction = (kernel, [iterator, task, address]) => {
  const at = memoryArgument(kernel, iterator, AREA_BYTES)
  const { memory, types } = kernel
  memory.view.setBigUint64(at, 0n, true)
  const object = types.at("task_struct", memoryArgument(kernel, task, 8n))
  if (object.number("mm") === 0) return ENOENT
  if (!kernel.putOff("unlock mm")) return EBUSY
  if (!kernel.acquireTask(object.address)) throw new ArgumentRefusal(`the argument ${hex(task)} is no task`)
  const state = memory.alloc(STATE_BYTES)
  kernel.fields.held.set(state, AREA_STATE)
  walksOf(kernel).set(state, { task: object.address, position: address, area: undefined })
  memory.view.setBigUint64(at, BigInt(state), true)
  return 0
}

/** The state behind an iterator; undefined when it could not be made, or a program has bent it. */
function stateOf(kernel: HelperKernel, iterator: bigint): [address: number, state: AreaState] | undefined {
  const at = memoryArgument(kernel, iterator, AREA_BYTES)
  const address = Number(kernel.memory.view.getBigUint64(at, true))
  const state = walksOf(kernel).get(address)
  return state && [address, state]
}

const areasNext: HelperFunction = (kernel, [iterator]) => {
  const [, state] = stateOf(kernel, iterator) ?? []
  if (!state) return 0
  state.area?.free()
  state.area = kernel.areaFrom(state.task, state.position)
  if (!state.area) return 0
  state.position = state.area.get("vm_end")
  return state.area.address
}

const areasDestroy: HelperFunction = (kernel, [iterator]) => {
  const [address, state] = stateOf(kernel, iterator) ?? []
  if (address === undefined || !state) return 0
  state.area?.free()
  kernel.releaseTask(state.task)
  walksOf(kernel).delete(address)
  kernel.fields.held.delete(address)
  kernel.memory.free(address)
  return 0
}

/** Iterators over tasks, and over the areas of a task's memory. */
export const TASK_ITERATOR_KFUNCS: HelperTable = {
  bpf_iter_task_new: tasksNew,
  bpf_iter_task_next: tasksNext,
  bpf_iter_task_destroy: () => 0,
  bpf_iter_task_vma_new: areasNew,
  bpf_iter_task_vma_next: areasNext,
  bpf_iter_task_vma_destroy: areasDestroy,
}
