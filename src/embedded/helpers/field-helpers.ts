import { errnoNumber } from "../../base/index.ts"
import { fieldOf } from "../fields/index.ts"
import { ArgumentRefusal, hex, mapArgument, memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

const EINVAL = -errnoNumber("EINVAL")
/** Clocks that a timer may follow: CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME. */
const [REALTIME, MONOTONIC, BOOTTIME] = [0, 1, 7]
/** Flags of bpf_timer_start, with the release that brought each. */
const TIMER_ABSOLUTE = { bit: 1n, since: "6.4" }
const TIMER_PINNED = { bit: 2n, since: "6.7" }
/** Bytes of `struct bpf_timer` and `struct bpf_wq`. */
const ASYNC_BYTES = 16n

/** Refuses a lock that is held: nobody else runs who could ever give it back. */
export function requireUnlocked({ memory }: HelperKernel, lock: number): void {
  if (memory.view.getUint32(lock, true) !== 0)
    throw new ArgumentRefusal(`the bpf_spin_lock at ${hex(BigInt(lock))} is held already: a deadlock`)
}

const spinLock: HelperFunction = (kernel, [lock]) => {
  const at = memoryArgument(kernel, lock, 4n)
  requireUnlocked(kernel, at)
  kernel.memory.view.setUint32(at, 1, true)
  return 0
}

const spinUnlock: HelperFunction = (kernel, [lock]) => {
  const at = memoryArgument(kernel, lock, 4n)
  if (kernel.memory.view.getUint32(at, true) === 0)
    throw new ArgumentRefusal(`the bpf_spin_lock at ${hex(lock)} is not held`)
  kernel.memory.view.setUint32(at, 0, true)
  return 0
}

/** Makes a field of a map value a timer or work item; the map is the one that the value lies in. */
export function initDeferredCall(
  kernel: HelperKernel,
  kind: "timer" | "workqueue",
  [address, mapAddress]: readonly bigint[],
  clockId = 0,
): number {
  const map = mapArgument(kernel, mapAddress ?? 0n)
  const at = memoryArgument(kernel, address ?? 0n, ASYNC_BYTES)
  const field = fieldOf(map.attributes.layout, kind)
  const value = at - (field?.offset ?? 0)
  if (!field || !map.keyOf(value))
    throw new ArgumentRefusal(`at ${hex(BigInt(at))} stands no ${kind} of map '${map.attributes.name}'`)
  return kernel.fields.calls.init(kind, at, map, value, clockId)
}

const timerInit: HelperFunction = (kernel, [timer, map, flags]) => {
  if (![REALTIME, MONOTONIC, BOOTTIME].includes(Number(flags))) return EINVAL
  return initDeferredCall(kernel, "timer", [timer, map], Number(flags))
}

/** Of a timer or a work item. */
export const setCallback: HelperFunction = (kernel, [field, slot], invocation, { program }) =>
  kernel.fields.calls.setCallback(memoryArgument(kernel, field, ASYNC_BYTES), { program, slot, invocation })

const timerStart: HelperFunction = (kernel, [timer, nanoseconds, flags]) => {
  const known = [TIMER_ABSOLUTE, TIMER_PINNED].filter(({ since }) => kernel.since(since))
  if ((flags & ~known.reduce((all, { bit }) => all | bit, 0n)) !== 0n) return EINVAL
  const at = memoryArgument(kernel, timer, ASYNC_BYTES)
  const time = BigInt.asIntN(64, nanoseconds)
  if ((flags & TIMER_ABSOLUTE.bit) === 0n) return kernel.fields.calls.start(at, kernel.clock.now() + time)
  const boot = kernel.fields.calls.clockOf(at) === REALTIME ? kernel.bootTime : 0n
  return kernel.fields.calls.start(at, time - boot)
}

/** Puts a pointer into a field and gives what was there; both may be null. */
const pointerExchange: HelperFunction = (kernel, [field, pointer]) => {
  const at = memoryArgument(kernel, field, 8n)
  const { view } = kernel.memory
  const held = view.getBigUint64(at, true)
  view.setBigUint64(at, pointer, true)
  return held
}

/** Helpers for fields with a meaning in map values and allocated objects. */
export const FIELD_HELPERS: HelperTable = {
  bpf_spin_lock: spinLock,
  bpf_spin_unlock: spinUnlock,
  bpf_timer_init: timerInit,
  bpf_timer_set_callback: setCallback,
  bpf_timer_start: timerStart,
  bpf_timer_cancel: (kernel, [timer]) =>
    kernel.fields.calls.cancel(memoryArgument(kernel, timer, ASYNC_BYTES)),
  bpf_kptr_xchg: pointerExchange,
}
