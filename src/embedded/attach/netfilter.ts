import { attachRefusal, DEFRAGMENTATION_PRIORITY, netfilterReason } from "../../kernel/index.ts"
import type { Attacher } from "./attached.ts"
import { requireRelease, requireTypes } from "./network-place.ts"

const [EBUSY, ERANGE] = [16, 34]
const [SMALLEST, LARGEST] = [-0x8000_0000, 0x7fff_ffff]

/** A hook of the network namespace of the task on the CPU. */
export const attachNetfilter: Attacher<"netfilter"> = (kernel, point, attachment) => {
  const { program } = attachment
  requireTypes(program, point, "netfilter")
  requireRelease(kernel, program, point, "a netfilter program", "6.4")
  const { priority, defragment } = point
  const isKept =
    priority === SMALLEST || priority === LARGEST || (defragment && priority <= DEFRAGMENTATION_PRIORITY)
  if (isKept) throw attachRefusal(program, point, ERANGE, netfilterReason(point, ERANGE))
  const remove = kernel.network.current.netfilter.add(point, attachment)
  if (!remove) throw attachRefusal(program, point, EBUSY, netfilterReason(point, EBUSY))
  return { point, remove, note: undefined }
}
