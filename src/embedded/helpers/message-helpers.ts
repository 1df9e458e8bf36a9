import { errnoNumber } from "../../base/index.ts"
import { changeMessage, type OutgoingMessage } from "../sockets/index.ts"
import { word } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

const EINVAL = -errnoNumber("EINVAL")

/** Of a place in the message and another number; no flags are known. */
function change(act: (message: OutgoingMessage, start: number, other: number) => number): HelperFunction {
  return (_kernel, [context, start, other, flags]) => {
    if (flags !== 0n) return EINVAL
    return changeMessage(Number(context), message => act(message, word(start), word(other))) ?? EINVAL
  }
}

function note(act: (message: OutgoingMessage, bytes: number) => void): HelperFunction {
  return (_kernel, [context, bytes]) => {
    changeMessage(Number(context), message => act(message, word(bytes)))
    return 0
  }
}

/** Messages that sk_msg programs are asked about: how far a verdict goes, how long to wait, and what is in them. */
export const MESSAGE_HELPERS: HelperTable = {
  bpf_msg_apply_bytes: note((message, bytes) => {
    message.applyBytes = bytes
  }),
  bpf_msg_cork_bytes: note((message, bytes) => {
    message.corkBytes = bytes
  }),
  bpf_msg_pull_data: change((message, start, end) => message.pull(start, end)),
  bpf_msg_push_data: change((message, start, count) => message.push(start, count)),
  bpf_msg_pop_data: change((message, start, count) => message.pop(start, count)),
}
