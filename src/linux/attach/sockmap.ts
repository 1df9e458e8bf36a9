import type { AttachPointOf } from "../../kernel/index.ts"
import { openById, queryPrograms } from "../bpf/query.ts"
import { closeFd } from "../ffi/descriptor.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { attachTo, EINVAL, expectedAttachType, linkTo, needs } from "./bpf-attachment.ts"
import { type Reason, refusing } from "./refusal.ts"

const [EBUSY, EOPNOTSUPP] = [16, 95]

/**
 * A sockmap or sockhash, whose sockets a program then serves: by link since 6.10, else by BPF_PROG_ATTACH, which
 * ends with the map. Sockets that were in the map before keep what they had. Throws AttachError.
 */
export function attachToSockmap(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPointOf<"sockmap">,
): Attached {
  const attachType = expectedAttachType(
    program,
    point,
    name => name.startsWith("sk_skb_") || name === "sk_msg_verdict",
    "sk_msg, sk_skb/stream_parser, sk_skb/stream_verdict, sk_skb/verdict",
  )
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
      return {
        said: `program ${ids.join(", ")} is there by link`,
        hint: "detach that link first, or update it",
      }
    } catch {
      return {}
    }
  }
  if (point.by === "link" && !host.machine.since("6.10"))
    return { ...needs(host, "a sockmap link", "6.10"), hint: 'attach by "attach"' }
  if (number === EINVAL || number === EOPNOTSUPP)
    return {
      hint: `map ${point.map} must be a sockmap or sockhash, and sk_skb/verdict excludes the stream programs`,
    }
  return {}
}
