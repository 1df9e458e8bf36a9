import { errnoNumber } from "../../base/index.ts"
import { programType } from "../../catalog/index.ts"
import { attachRefusal, lircReason, MOST_LIRC_PROGRAMS, wrongType } from "../../kernel/index.ts"
import type { Attacher } from "./attached.ts"

/** An infrared receiver: several programs, which all see every sample in the order of attaching. */
export const attachToLirc: Attacher<"lirc"> = (kernel, point, attachment) => {
  const { program } = attachment
  const refuse = (name: Parameters<typeof errnoNumber>[0]) => {
    const number = errnoNumber(name)
    return attachRefusal(program, point, number, lircReason(number))
  }
  if (program.type !== "lirc_mode2") {
    const belongs = programType(program.type)?.attachesTo
    const reason = wrongType(program.type, belongs, ["lirc_mode2"])
    throw attachRefusal(program, point, errnoNumber("EINVAL"), reason)
  }
  const node = kernel.files.find(point.device)
  if (!node)
    throw attachRefusal(program, point, errnoNumber("ENOENT"), {
      hint: "ls /sys/class/lirc lists the receivers of this machine",
    })
  const receiver = kernel.receivers.ofPath(point.device)
  if (!receiver) throw refuse(node.directory ? "EISDIR" : "EINVAL")
  const { programs } = receiver
  if (programs.length >= MOST_LIRC_PROGRAMS) throw refuse("E2BIG")
  if (programs.some(other => other.program === program)) throw refuse("EEXIST")
  programs.push(attachment)
  const remove = () => {
    const index = programs.indexOf(attachment)
    if (index >= 0) programs.splice(index, 1)
  }
  return { point, remove, note: undefined }
}
