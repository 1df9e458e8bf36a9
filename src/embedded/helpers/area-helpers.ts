import { errnoNumber } from "../../base/index.ts"
import { memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

const ENOENT = -errnoNumber("ENOENT")

/** Calls the program back with the area of a task's memory that an address is in. */
const findVma: HelperFunction = (kernel, [task, address, callback, context, flags], _invocation, frame) => {
  if (flags !== 0n) return -errnoNumber("EINVAL")
  if (task === 0n) return ENOENT
  const { types } = kernel
  const object = types.at("task_struct", memoryArgument(kernel, task, 8n))
  // Threads of the kernel have no memory of their own.
  if (object.number("mm") === 0) return ENOENT
  // Where interrupts are off the lock on that memory is given back when they are on again.
  if (!kernel.putOff("unlock mm")) return -errnoNumber("EBUSY")
  const area = kernel.areaOf(object.address, address)
  if (!area) return ENOENT
  frame.callSubprogram(callback, [task, BigInt(area.address), context])
  area.free()
  return 0
}

/** Helpers that look into a task's address space. */
export const AREA_HELPERS: HelperTable = { bpf_find_vma: findVma }
