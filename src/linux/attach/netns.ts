import { openSync } from "node:fs"
import type { AttachTypeName } from "../../catalog/index.ts"
import {
  type AttachPointOf,
  NAMESPACE_BY_LINK,
  NAMESPACE_PATHS,
  namespaceReason,
} from "../../kernel/index.ts"
import { queryPrograms } from "../bpf/query.ts"
import { closeFd } from "../ffi/descriptor.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { attachTo, EINVAL, expectedAttachType, linkTo, needs } from "./bpf-attachment.ts"
import { openPath } from "./open-path.ts"
import { type Reason, refusal } from "./refusal.ts"

type NamespacePoint = AttachPointOf<"netns">

const OWN_NAMESPACE = "/proc/self/ns/net"
const SINCE: Readonly<Partial<Record<AttachTypeName, string>>> = { flow_dissector: "5.8", sk_lookup: "5.9" }

/**
 * A network namespace: sk_lookup and flow_dissector, by link; flow_dissector before 5.8 by BPF_PROG_ATTACH, which
 * takes the namespace of this process only. Throws AttachError.
 */
export function attachToNamespace(host: AttachHost, program: LoadedProgram, point: NamespacePoint): Attached {
  const attachType = expectedAttachType(program, point, name => name in SINCE, "sk_lookup, flow_dissector")
  const type = program.spec.definition?.attachType as AttachTypeName
  const isDissector = type === "flow_dissector"
  const by = point.by ?? (isDissector && !host.machine.since("5.8") ? "attach" : "link")
  const path = point.path ?? OWN_NAMESPACE
  if (by === "attach" && (!isDissector || path !== OWN_NAMESPACE))
    throw refusal(program, point, EINVAL, NAMESPACE_BY_LINK)
  const namespace = openPath(program, point, () => openSync(path, "r"), NAMESPACE_PATHS)
  const explain = (number: number): Reason => explainRefusal(host, type, attachType, namespace, number)
  try {
    // The kernel wants 0 in place of a descriptor: the namespace is that of the process.
    return by === "attach"
      ? attachTo(host, program, point, { fd: 0, attachType, explain })
      : linkTo(host, program, point, { fd: namespace, attachType, explain })
  } finally {
    closeFd(host.bpf.native, namespace)
  }
}

function explainRefusal(
  host: AttachHost,
  type: AttachTypeName,
  attachType: number,
  namespace: number,
  number: number,
): Reason {
  const known = namespaceReason(programsOn(host, namespace, attachType), number)
  if (known) return known
  const since = SINCE[type]
  const old = number === EINVAL && since ? needs(host, `a ${type} link`, since) : {}
  return number === EINVAL && !old.said ? { hint: NAMESPACE_PATHS } : old
}

function programsOn({ bpf }: AttachHost, namespace: number, attachType: number): readonly number[] {
  try {
    return queryPrograms(bpf, namespace, attachType).ids
  } catch {
    return []
  }
}
