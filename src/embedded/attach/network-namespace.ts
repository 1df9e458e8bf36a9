import {
  attachRefusal,
  NAMESPACE_BY_LINK,
  NAMESPACE_PATHS,
  namespaceReason,
  wrongHook,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { NamespaceHook, NetNamespace } from "../network/index.ts"
import { type Attacher, replacing } from "./attached.ts"
import { EINVAL } from "./network-place.ts"

const OWN_NAMESPACE = "/proc/self/ns/net"
const NAMED = /^\/(?:var\/)?run\/netns\/([^/]+)$/
const [ENOENT, E2BIG, EEXIST] = [2, 7, 17]
const HOOKS: readonly string[] = ["flow_dissector", "sk_lookup"] satisfies readonly NamespaceHook[]

/** A network namespace: sk_lookup and flow_dissector. */
export const attachNetworkNamespace: Attacher<"netns"> = (kernel, point, attachment) => {
  const { program } = attachment
  const { type, spec } = program
  const attachType = spec.definition?.attachType
  if (attachType === undefined || !HOOKS.includes(attachType))
    throw attachRefusal(
      program,
      point,
      EINVAL,
      wrongHook(type, spec.section, attachType, "sk_lookup, flow_dissector"),
    )
  const hook = attachType as NamespaceHook
  const path = point.path ?? OWN_NAMESPACE
  if (point.by === "attach" && (hook !== "flow_dissector" || path !== OWN_NAMESPACE))
    throw attachRefusal(program, point, EINVAL, NAMESPACE_BY_LINK)
  const namespace = namespaceAt(kernel, path)
  if (!namespace) {
    const number = kernel.files.find(path) ? EINVAL : ENOENT
    throw attachRefusal(program, point, number, { hint: NAMESPACE_PATHS })
  }
  const number = refusalOf(kernel, namespace, hook)
  if (number !== 0) {
    const ids = namespace.programs.on(hook).map(({ program: { id } }) => id)
    throw attachRefusal(program, point, number, namespaceReason(ids, number))
  }
  const remove = namespace.programs.add(hook, attachment)
  return { point, remove, note: undefined, update: replacing(attachment) }
}

function namespaceAt({ network }: KernelCore, path: string): NetNamespace | undefined {
  if (path === OWN_NAMESPACE) return network.current
  const name = NAMED.exec(path)?.[1]
  return name === undefined ? undefined : network.named(name)
}

/** One flow dissector for all namespaces, the first one's, or one each for the others. */
function refusalOf({ network }: KernelCore, namespace: NetNamespace, hook: NamespaceHook): number {
  if (!namespace.programs.hasRoom(hook)) return E2BIG
  if (hook !== "flow_dissector") return 0
  const others = namespace === network.initial ? network.namespaces() : [network.initial]
  return others.some(({ programs }) => programs.on(hook).length > 0) ? EEXIST : 0
}
