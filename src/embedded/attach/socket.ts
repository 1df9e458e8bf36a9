import { errnoNumber } from "../../base/index.ts"
import { programType } from "../../catalog/index.ts"
import { attachRefusal, socketReason, wrongType } from "../../kernel/index.ts"
import type { Attacher } from "./attached.ts"

const TYPES = ["socket_filter", "sk_reuseport"]

/** An open socket of the shell: its filter, or the selector of those that share its port. */
export const attachToSocket: Attacher<"socket"> = (kernel, point, attachment) => {
  const { program } = attachment
  if (!TYPES.includes(program.type)) {
    const reason = wrongType(program.type, programType(program.type)?.attachesTo, TYPES)
    throw attachRefusal(program, point, errnoNumber("EINVAL"), reason)
  }
  const isSelector = point.reuseport === true || program.type === "sk_reuseport"
  const socket = kernel.sockets.ofDescriptor(point.fd)
  const refuse = (errno: "EBADF" | "ENOTSOCK" | "EINVAL") => {
    const number = errnoNumber(errno)
    return attachRefusal(program, point, number, socketReason(number, isSelector))
  }
  if (!socket) throw refuse(socket === false ? "ENOTSOCK" : "EBADF")
  if (isSelector && !(socket.options.reusePort && socket.isInternet)) throw refuse("EINVAL")
  const place = isSelector ? "selector" : "filter"
  socket[place] = attachment
  const remove = () => {
    if (socket[place] === attachment) socket[place] = undefined
  }
  return { point, remove, note: undefined }
}
