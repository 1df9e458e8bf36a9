import { errnoNumber } from "../../base/index.ts"
import { memoryArgument } from "../helpers/argument.ts"
import { initDeferredCall, setCallback } from "../helpers/field-helpers.ts"
import type { HelperTable } from "../helpers/helper.ts"
import { int } from "./result.ts"

const EINVAL = int(-errnoNumber("EINVAL"))

/** Bytes of `struct bpf_wq`. */
const WORKQUEUE_BYTES = 16n

/** Work items of map values: their callbacks run in a kernel thread as soon as the program is over. */
export const WORKQUEUE_KFUNCS: HelperTable = {
  bpf_wq_init: (kernel, [item, map, flags]) =>
    (flags & 0xffff_ffffn) !== 0n ? EINVAL : int(initDeferredCall(kernel, "workqueue", [item, map])),

  bpf_wq_set_callback_impl: (kernel, args, invocation, frame) =>
    (args[2] & 0xffff_ffffn) !== 0n ? EINVAL : int(Number(setCallback(kernel, args, invocation, frame))),

  bpf_wq_start: (kernel, [item, flags]) => {
    if ((flags & 0xffff_ffffn) !== 0n) return EINVAL
    const at = memoryArgument(kernel, item, WORKQUEUE_BYTES)
    return int(kernel.fields.calls.start(at, kernel.clock.now()))
  },
}
