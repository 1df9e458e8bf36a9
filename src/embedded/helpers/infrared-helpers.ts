import type { InfraredReceiver } from "../infrared/index.ts"
import { ArgumentRefusal, hex } from "./argument.ts"
import type { HelperKernel, HelperTable } from "./helper.ts"

function receiverOf(kernel: HelperKernel, context: bigint): InfraredReceiver {
  const receiver = kernel.core.receivers.ofContext(Number(context))
  if (receiver) return receiver
  throw new ArgumentRefusal(`the argument ${hex(context)} is no sample of an infrared receiver`)
}

const int = (value: bigint): number => Number(BigInt.asIntN(32, value))

/** Helpers that tell the input device of a receiver what was decoded. */
export const INFRARED_HELPERS: HelperTable = {
  bpf_rc_keydown: (kernel, [context, _protocol, scancode]) => {
    receiverOf(kernel, context).keyDown(scancode)
    return 0
  },
  bpf_rc_repeat: (kernel, [context]) => {
    receiverOf(kernel, context).repeat()
    return 0
  },
  bpf_rc_pointer_rel: (kernel, [context, x, y]) => {
    receiverOf(kernel, context).move(int(x), int(y))
    return 0
  },
}
