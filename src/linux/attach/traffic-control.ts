import type { NetlinkError } from "../../kernel/index.ts"
import { type AttachPointOf, filterIsThere } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { addFilter, ensureClsact, type FilterPlace, removeFilter } from "../net/filters.ts"
import { interfaceIndex } from "../net/interfaces.ts"
import { Netlink } from "../net/netlink.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { requireType } from "./bpf-attachment.ts"
import { type Reason, refusing } from "./refusal.ts"

const [ENOENT, EEXIST] = [2, 17]

/**
 * tc: a filter of the clsact qdisc, which is made where it is missing and stays, as other filters may have come to it.
 * A filter is no BPF link: it outlives this process unless it is detached. Throws AttachError.
 */
export function attachToTrafficControl(
  { bpf }: AttachHost,
  program: LoadedProgram,
  point: AttachPointOf<"tc">,
): Attached {
  requireType(program, point, "sched_cls", "sched_act")
  const { native } = bpf
  const place = refusing(
    program,
    point,
    (): FilterPlace => {
      using netlink = new Netlink(native)
      const index = interfaceIndex(native, point.interface)
      ensureClsact(netlink, index)
      const { direction, priority = 0, handle = 0 } = point
      const wanted = { index, direction, priority, handle }
      const filter = {
        fd: program.descriptor.fd,
        name: program.spec.name,
        isAction: program.type === "sched_act",
      }
      return addFilter(netlink, wanted, filter, point.replace ?? false)
    },
    explain,
  )
  return {
    point: { ...point, priority: place.priority, handle: place.handle },
    fd: undefined,
    isLink: false,
    remove() {
      using netlink = new Netlink(native)
      try {
        removeFilter(netlink, place)
      } catch {
        // The filter, the qdisc or the interface is gone already.
      }
    },
  }
}

function explain({ number, said }: NetlinkError): Reason {
  if (number === EEXIST) return filterIsThere(said)
  if (number === ENOENT)
    return { hint: "load the modules sch_ingress and cls_bpf (cls_matchall and act_bpf for actions)" }
  return {}
}
