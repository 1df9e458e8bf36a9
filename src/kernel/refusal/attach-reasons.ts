import type { AttachPointOf } from "../attach-point.ts"
import type { Reason } from "./attach-refusal.ts"

const [ENOENT, E2BIG, EACCES, EBUSY, EEXIST, EINVAL, ENXIO, ERANGE] = [2, 7, 13, 16, 17, 22, 6, 34]

/** Why a program of another type does not go there; `belongs` says where its type goes. */
export function wrongType(type: string, belongs: string | undefined, wanted: readonly string[]): Reason {
  return {
    said: `it is a ${type} program, and ${wanted.join(" and ")} programs go there`,
    hint: belongs === undefined ? undefined : `${type} programs attach to ${belongs}`,
  }
}

/** Why a section that names no hook there is refused. */
export function wrongHook(
  type: string,
  section: string,
  attachType: string | undefined,
  examples: string,
): Reason {
  return {
    said: attachType
      ? `${type} programs of attach type ${attachType} do not run there`
      : `section '${section}' does not say for which hook there the ${type} program is`,
    hint: `name the section after the hook: ${examples}`,
  }
}

/** What a kernel older than a kind of attachment says. */
export function needsRelease(what: string, since: string, release: string): Reason {
  return { said: `${what} needs Linux ${since} or newer, this is ${release}` }
}

/** Where tcx programs go on kernels without tcx. */
export const TCX_ELSEWHERE = 'attach by kind "tc": a filter of the clsact qdisc'

/** Which number netfilter refuses with what. */
export function netfilterReason(
  { priority, defragment }: AttachPointOf<"netfilter">,
  number: number,
): Reason | undefined {
  if (number === EBUSY)
    return {
      said: `a BPF program stands on this hook with priority ${priority}`,
      hint: "take another priority",
    }
  if (number === ERANGE)
    return {
      said: `priority ${priority} is kept for others`,
      hint: defragment
        ? `with defragment it must be above ${DEFRAGMENTATION_PRIORITY}`
        : "the smallest and the largest number are not to be had",
    }
  return undefined
}

/** NF_IP_PRI_CONNTRACK_DEFRAG: fragments are put together there. */
export const DEFRAGMENTATION_PRIORITY = -400

type Ordered = AttachPointOf<"tcx" | "netkit">

export const BOTH_NEIGHBOURS: Reason = {
  said: "both before and after are told",
  hint: "name one neighbour: the kernel keeps the order of the others",
}

/** Why a place among several programs, or on a device, is refused. */
export function orderedReason(point: Ordered, number: number): Reason {
  const { kind, before, after } = point
  const neighbour = before ?? after
  if (number === ENOENT && neighbour !== undefined) {
    const name = typeof neighbour === "object" ? `link ${neighbour.link}` : `program ${neighbour}`
    return { said: `no ${name} stands there to be ${before !== undefined ? "before" : "after"}` }
  }
  if (kind !== "netkit") return {}
  if (number === EACCES)
    return { said: "only the primary end takes programs", hint: "name the pair's primary interface" }
  if (number === ENXIO || number === EINVAL)
    return {
      said: `${point.interface} is no netkit device`,
      hint: "make one with `ip link add … type netkit`, on a kernel with CONFIG_NETKIT",
    }
  return {}
}

/** Why a namespace takes no other program; `ids` are those that stand there. */
export function namespaceReason(ids: readonly number[], number: number): Reason | undefined {
  if (number !== E2BIG && number !== EEXIST && number !== EBUSY) return undefined
  return {
    said:
      ids.length > 0
        ? `program ${ids.join(", ")} is there, and one has room`
        : "a program stands in another namespace: the first namespace and the others exclude each other",
    hint: "detach that one first, or update its link",
  }
}

/** Why only links go to namespaces. */
export const NAMESPACE_BY_LINK: Reason = {
  said: "only flow_dissector, and only on the namespace of this process, attaches without a link",
  hint: 'leave out by, or say by "link"',
}

export const NAMESPACE_PATHS = "network namespaces are files such as /proc/self/ns/net or /run/netns/name"

/** A route that is there already, in the kernel's words if it had some. */
export function routeIsThere(said: string | undefined): Reason {
  return {
    said: said ?? "there is a route to this network already",
    hint: "remove it first: the tunnel is a route of its own",
  }
}

/** A filter that is there already. */
export function filterIsThere(said: string | undefined): Reason {
  return { said: said ?? "a filter with this priority and handle is there", hint: "pass replace" }
}
