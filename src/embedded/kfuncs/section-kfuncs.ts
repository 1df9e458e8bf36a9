import { ProgramExit } from "../../engine/index.ts"
import { typesOf } from "../fields/index.ts"
import { mapArgument } from "../helpers/argument.ts"
import type { HelperFunction, HelperTable } from "../helpers/helper.ts"
import { HashMap } from "../maps/hash-map.ts"

/** One thing runs at a time and nothing interrupts a program: there is nothing to keep out. */
const nothingElseRuns: HelperFunction = () => 0

/** The same address, of which the program (and a verifier) now thinks differently. */
const sameAddress: HelperFunction = (_kernel, [pointer]) => pointer

/** Ends the run with the cookie, or with what the program's own exception callback makes of it. */
const throwCookie: HelperFunction = (_kernel, [cookie], _invocation, frame) => {
  const callback = typesOf(frame.program)?.exceptionCallback
  return new ProgramExit(callback === undefined ? cookie : frame.callSubprogram(callback, [cookie]))
}

/** The kernel counts the elements of hash maps only. */
const countElements: HelperFunction = (kernel, [address]) => {
  const map = mapArgument(kernel, address)
  if (!(map instanceof HashMap)) return 0
  let count = 0
  for (let key = map.nextKey(undefined); key; key = map.nextKey(key)) count += 1
  return count
}

/** Critical sections, exceptions, casts, and what is known of maps. */
export const SECTION_KFUNCS: HelperTable = {
  bpf_rcu_read_lock: nothingElseRuns,
  bpf_rcu_read_unlock: nothingElseRuns,
  bpf_preempt_disable: nothingElseRuns,
  bpf_preempt_enable: nothingElseRuns,
  bpf_throw: throwCookie,
  bpf_cast_to_kern_ctx: sameAddress,
  bpf_rdonly_cast: sameAddress,
  bpf_map_sum_elem_count: countElements,
}
