import { attachType, linkType } from "../../catalog/index.ts"
import {
  type AttachPoint,
  type AttachPointOf,
  CGROUP_ORDERS,
  findFunctions,
  type LinkDetail,
  type LinkFacts,
} from "../../kernel/index.ts"
import { readUserBinary } from "../attach/user-binary.ts"
import type { KernelCore } from "../core.ts"
import { pathOf } from "../files/index.ts"
import { iteratedGroup } from "../iterators/index.ts"
import { type KeptLink, VMLINUX_BTF_ID } from "../objects/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import { programFacts } from "./program-facts.ts"

const FAMILIES = { ipv4: 2, ipv6: 10 } as const
const HOOKS = ["prerouting", "input", "forward", "output", "postrouting"] as const
const BPF_F_NETFILTER_IP_DEFRAG = 1

export function linkFacts(link: KeptLink, kernel: KernelCore): LinkFacts {
  return {
    id: link.id,
    type: linkType(link.type ?? "")?.number ?? 0,
    programId: link.program?.id ?? 0,
    detail:
      link.type === "struct_ops" ? { kind: "structOps", map: link.map?.id ?? 0 } : detailOf(link, kernel),
  }
}

function detailOf({ point, program, isAttached }: KeptLink, kernel: KernelCore): LinkDetail {
  if (!point || !program) throw new Error("BUG: a link without program and place")
  switch (point.kind) {
    case "rawTracepoint":
      return { kind: "rawTracepoint", name: point.name }
    case "trace":
      return traceDetail(program, kernel)
    case "iter":
      return iteratorDetail(point, program, kernel)
    case "cgroup": {
      const group = isAttached ? kernel.cgroups.find(point.path) : undefined
      return { kind: "cgroup", cgroup: group?.id ?? 0n, attachType: numberOf(program) }
    }
    case "netns": {
      const inode = isAttached ? namespaceInode(point, kernel) : 0
      return { kind: "netns", inode, attachType: numberOf(program) }
    }
    case "xdp":
      return { kind: "xdp", ...deviceOf(point.interface, isAttached, kernel) }
    case "tcx": {
      const attachType = numberNamed(`tcx_${point.direction}`)
      return { kind: "tcx", ...deviceOf(point.interface, isAttached, kernel), attachType }
    }
    case "netkit": {
      const attachType = numberNamed(`netkit_${point.end}`)
      return { kind: "netkit", ...deviceOf(point.interface, isAttached, kernel), attachType }
    }
    case "sockmap":
      return { kind: "sockmap", map: isAttached ? point.map : 0, attachType: numberOf(program) }
    case "netfilter": {
      const { family, hook, priority, defragment } = point
      return {
        kind: "netfilter",
        family: FAMILIES[family],
        hook: HOOKS.indexOf(hook),
        priority,
        flags: defragment ? BPF_F_NETFILTER_IP_DEFRAG : 0,
      }
    }
    case "uprobeMulti":
      return uprobesDetail(point, kernel)
    default:
      return { kind: "other" }
  }
}

function traceDetail(program: EmbeddedProgram, { types }: KernelCore): LinkDetail {
  const { target } = program
  if (target?.kind === "tp_btf") return { kind: "rawTracepoint", name: target.tracepoint }
  const { attachBtfId } = programFacts(program, { types, isCompiling: false })
  return {
    kind: "tracing",
    attachType: numberOf(program),
    targetObject: target?.kind === "ext" ? target.program.id : VMLINUX_BTF_ID,
    targetBtf: attachBtfId,
  }
}

function iteratorDetail(
  point: AttachPointOf<"iter">,
  { spec }: EmbeddedProgram,
  kernel: KernelCore,
): LinkDetail {
  const { map = 0, task = 0, order = "parentsFirst" } = point
  const group = spec.target === "cgroup" ? iteratedGroup(kernel, point) : undefined
  return {
    kind: "iter",
    target: spec.target,
    map,
    task,
    process: 0,
    cgroup: group?.id ?? 0n,
    order: group ? CGROUP_ORDERS[order] : 0,
  }
}

function uprobesDetail(point: AttachPointOf<"uprobeMulti">, kernel: KernelCore): LinkDetail {
  const { binary, functions, cookies = [], pid = -1 } = point
  const { node, executable } = readUserBinary(kernel, binary)
  const places = findFunctions(executable, functions).map(({ offset }, index) => ({
    offset,
    counter: 0n,
    cookie: cookies[index] ?? point.cookie ?? 0n,
  }))
  return {
    kind: "uprobeMulti",
    path: pathOf(node),
    isReturn: point.return ?? false,
    process: Math.max(pid, 0),
    places,
  }
}

function namespaceInode({ path }: Extract<AttachPoint, { kind: "netns" }>, { network }: KernelCore): number {
  const name = path === undefined ? undefined : /\/netns\/([^/]+)$/.exec(path)?.[1]
  return (name === undefined ? network.current : network.named(name))?.object.number("ns.inum") ?? 0
}

function deviceOf(
  name: string,
  isAttached: boolean,
  { network }: KernelCore,
): { readonly index: number; readonly device: string | undefined } {
  const device = network.namespaces().flatMap(each => each.device(name) ?? [])[0]
  return isAttached && device ? { index: device.index, device: name } : { index: 0, device: undefined }
}

/** The attach type that a program was loaded for; 0 where it has none. */
function numberOf({ attachType: name }: EmbeddedProgram): number {
  return name === undefined ? 0 : numberNamed(name)
}

function numberNamed(name: string): number {
  return attachType(name)?.number ?? 0
}
