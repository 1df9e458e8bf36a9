import {
  type AttachPointOf,
  isAttachTypeOfSockmaps,
  SOCKMAP_SECTIONS,
  sockmapReason,
} from "../../kernel/index.ts"
import { openById, queryPrograms } from "../bpf/query.ts"
import { closeFd } from "../ffi/descriptor.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { attachTo, expectedAttachType, linkTo, needs } from "./bpf-attachment.ts"
import { type Reason, refusing } from "./refusal.ts"

const EBUSY = 16

/**
 * A sockmap or sockhash, whose sockets a program then serves: by link since 6.10, else by BPF_PROG_ATTACH, which
 * ends with the map. Sockets that were in the map before keep what they had. Throws AttachError.
 */
export function attachToSockmap(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPointOf<"sockmap">,
): Attached {
  const attachType = expectedAttachType(program, point, isAttachTypeOfSockmaps, SOCKMAP_SECTIONS)
  const map = refusing(program, point, () => openById(host.bpf, "BPF_MAP_GET_FD_BY_ID", point.map))
  const explain = (number: number): Reason => explainRefusal(host, point, { fd: map, attachType }, number)
  const by = point.by ?? (host.machine.since("6.10") ? "link" : "attach")
  if (by === "attach") return attachTo(host, program, point, { fd: map, attachType, explain })
  try {
    return linkTo(host, program, point, { fd: map, attachType, explain })
  } finally {
    closeFd(host.bpf.native, map)
  }
}

function explainRefusal(
  host: AttachHost,
  point: AttachPointOf<"sockmap">,
  { fd, attachType }: { readonly fd: number; readonly attachType: number },
  number: number,
): Reason {
  if (number === EBUSY) {
    try {
      const { ids } = queryPrograms(host.bpf, fd, attachType)
      return sockmapReason(number, point.map, ids)
    } catch {
      return {}
    }
  }
  if (point.by === "link" && !host.machine.since("6.10"))
    return { ...needs(host, "a sockmap link", "6.10"), hint: 'attach by "attach"' }
  return sockmapReason(number, point.map, [])
}
