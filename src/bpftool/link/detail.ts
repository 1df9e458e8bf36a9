import type { KernelObjects, LinkDetail, LinkFacts } from "../../kernel/index.ts"
import { attachTypeName, programTypeName } from "../objects/formats.ts"
import type { JsonWriter } from "../objects/json-writer.ts"

type DetailOf<Kind extends LinkDetail["kind"]> = Extract<LinkDetail, { readonly kind: Kind }>

/** `enum bpf_cgroup_iter_order`. */
const ORDERS = ["order_unspec", "self_only", "descendants_pre", "descendants_post", "ancestors_up"]
const TASK_TARGETS = ["task", "task_file", "task_vma"]
const MAP_TARGETS = ["bpf_map_elem", "bpf_sk_storage_map"]
/** NFPROTO_*, and NF_INET_* hooks. */
const FAMILIES: Readonly<Record<number, string>> = {
  1: "inet",
  2: "ip",
  3: "arp",
  5: "netdev",
  7: "bridge",
  10: "ip6",
}
const HOOKS = ["prerouting", "input", "forward", "output", "postrouting"]

/** What `bpftool link` prints behind the header; of links that bpftool 7.1 does not know, what a newer one does. */
export function detailPlain({ programId, detail }: LinkFacts, kernel: KernelObjects): string {
  switch (detail.kind) {
    case "rawTracepoint":
      return `\n\ttp '${detail.name}'  `
    case "tracing":
      return `\n\tprog_type ${programTypeOf(kernel, programId)}  ${attachPlain(detail.attachType)}`
    case "cgroup":
      return `\n\tcgroup_id ${detail.cgroup}  ${attachPlain(detail.attachType)}`
    case "iter":
      return iteratorPlain(detail)
    case "netns":
      return `\n\tnetns_ino ${detail.inode}  ${attachPlain(detail.attachType)}`
    case "netfilter":
      return netfilterPlain(detail)
    case "tcx":
    case "netkit":
      return `\n\tifindex ${interfacePlain(detail)}  ${attachPlain(detail.attachType)}`
    case "sockmap":
      return `\n\tmap_id ${detail.map}  ${attachPlain(detail.attachType)}`
    case "uprobeMulti":
      return uprobesPlain(detail)
    // bpftool 7.1 knows these types, and prints no more of them.
    case "xdp":
    case "structOps":
    case "other":
      return ""
    default:
      return detail satisfies never
  }
}

export function detailJson({ programId, detail }: LinkFacts, kernel: KernelObjects, json: JsonWriter): void {
  switch (detail.kind) {
    case "rawTracepoint":
      json.field("tp_name", detail.name)
      break
    case "tracing":
      json.field("prog_type", programTypeOf(kernel, programId))
      json.field("attach_type", attachTypeName(detail.attachType))
      break
    case "cgroup":
      json.field("cgroup_id", detail.cgroup)
      json.field("attach_type", attachTypeName(detail.attachType))
      break
    case "iter":
      iteratorJson(detail, json)
      break
    case "netns":
      json.field("netns_ino", detail.inode)
      json.field("attach_type", attachTypeName(detail.attachType))
      break
    case "netfilter":
      json.field("pf", detail.family)
      json.field("hook", detail.hook)
      json.field("prio", detail.priority)
      json.field("flags", detail.flags)
      break
    case "tcx":
    case "netkit":
      json.field("devname", detail.index === 0 ? "(detached)" : (detail.device ?? "(unknown)"))
      json.field("ifindex", detail.index)
      json.field("attach_type", attachTypeName(detail.attachType))
      break
    case "sockmap":
      json.field("map_id", detail.map)
      json.field("attach_type", attachTypeName(detail.attachType))
      break
    case "uprobeMulti":
      uprobesJson(detail, json)
      break
    case "xdp":
    case "structOps":
    case "other":
      break
    default:
      detail satisfies never
  }
}

function programTypeOf(kernel: KernelObjects, id: number): string | number {
  const program = kernel.program(id)
  return program ? programTypeName(program.type) : 0
}

function attachPlain(number: number): string {
  return `attach_type ${attachTypeName(number)}  `
}

function interfacePlain({
  index,
  device,
}: {
  readonly index: number
  readonly device: string | undefined
}): string {
  if (index === 0) return "(detached)"
  return device === undefined ? "(unknown)" : `${device}(${index})`
}

function iteratorPlain({ target, map, task, process, cgroup, order }: DetailOf<"iter">): string {
  const parts = [`target_name ${target}  `]
  if (MAP_TARGETS.includes(target)) parts.push(`map_id ${map}  `)
  else if (TASK_TARGETS.includes(target)) {
    if (task !== 0) parts.push(`tid ${task} `)
    else if (process !== 0) parts.push(`pid ${process} `)
  }
  if (target === "cgroup") parts.push(`cgroup_id ${cgroup}  order ${ORDERS[order] ?? "unknown"}  `)
  return parts.join("")
}

function iteratorJson(
  { target, map, task, process, cgroup, order }: DetailOf<"iter">,
  json: JsonWriter,
): void {
  json.field("target_name", target)
  if (MAP_TARGETS.includes(target)) json.field("map_id", map)
  else if (TASK_TARGETS.includes(target)) {
    if (task !== 0) json.field("tid", task)
    else if (process !== 0) json.field("pid", process)
  }
  if (target === "cgroup") {
    json.field("cgroup_id", cgroup)
    json.field("order", ORDERS[order] ?? "unknown")
  }
}

function netfilterPlain({ family, hook, priority, flags }: DetailOf<"netfilter">): string {
  const name = FAMILIES[family] ?? `pf: ${family}`
  const place = HOOKS[hook] === undefined ? `, hook ${hook},` : ` ${HOOKS[hook]}`
  return `\n\t${name}${place} prio ${priority}${flags === 0 ? "" : ` flags 0x${flags.toString(16)}`}`
}

function uprobesPlain({ path, isReturn, process, places }: DetailOf<"uprobeMulti">): string {
  if (places.length === 0) return ""
  const hex = (value: bigint): string => `0x${value.toString(16).padEnd(16)}`
  return [
    `\n\t${isReturn ? "uretprobe" : "uprobe"}.multi  path ${path}  func_cnt ${places.length}  `,
    process === 0 ? "" : `pid ${process}  `,
    `\n\t${"offset".padEnd(16)}   ${"ref_ctr_offset".padEnd(16)}   ${"cookies".padEnd(16)}`,
    ...places.map(({ offset, counter, cookie }) => `\n\t${hex(offset)} ${hex(counter)} ${hex(cookie)}`),
  ].join("")
}

function uprobesJson({ path, isReturn, process, places }: DetailOf<"uprobeMulti">, json: JsonWriter): void {
  json.field("retprobe", isReturn)
  json.field("path", path)
  json.field("func_cnt", places.length)
  json.field("pid", process)
  json.arrayField("funcs", () => {
    for (const { offset, counter, cookie } of places)
      json.object(() => {
        json.field("offset", offset)
        json.field("ref_ctr_offset", counter)
        json.field("cookie", cookie)
      })
  })
}
