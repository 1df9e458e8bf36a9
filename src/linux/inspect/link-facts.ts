import { linkType } from "../../catalog/index.ts"
import type { LinkDetail, LinkFacts } from "../../kernel/index.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { Scratch } from "../ffi/scratch.ts"
import { readStructure, type Structure } from "../ffi/structure.ts"
import { objectInfo } from "./object-store.ts"

/** More than any kernel's `struct bpf_link_info`; it takes what it knows. */
const LINK_INFO_BYTES = 128
const TEXT_BYTES = 256
const PATH_BYTES = 4096
const UPROBE_MULTI_RETURN = 1

const HEADER = { type: [0, "u32"], id: [4, "u32"], prog_id: [8, "u32"] } as const satisfies Structure

/** The part of `struct bpf_link_info` behind its header, by type of link. */
const RAW_TRACEPOINT = {
  ...HEADER,
  tp_name: [16, "u64"],
  tp_name_len: [24, "u32"],
} as const satisfies Structure
const TRACING = {
  attach_type: [16, "u32"],
  target_obj_id: [20, "u32"],
  target_btf_id: [24, "u32"],
} as const satisfies Structure
const CGROUP = { cgroup_id: [16, "u64"], attach_type: [24, "u32"] } as const satisfies Structure
const ITER = {
  ...HEADER,
  target_name: [16, "u64"],
  target_name_len: [24, "u32"],
  map_id: [28, "u32"],
  cgroup_id: [32, "u64"],
  tid: [32, "u32"],
  pid: [36, "u32"],
  order: [40, "u32"],
} as const satisfies Structure
/** netns, xdp, struct_ops, tcx, netkit, sockmap: something by number, then an attach type. */
const NUMBERED = { number: [16, "u32"], attach_type: [20, "u32"] } as const satisfies Structure
const NETFILTER = {
  pf: [16, "u32"],
  hooknum: [20, "u32"],
  priority: [24, "s32"],
  flags: [28, "u32"],
} as const satisfies Structure
const UPROBE_MULTI = {
  ...HEADER,
  path: [16, "u64"],
  offsets: [24, "u64"],
  ref_ctr_offsets: [32, "u64"],
  cookies: [40, "u64"],
  path_size: [48, "u32"],
  count: [52, "u32"],
  flags: [56, "u32"],
  pid: [60, "u32"],
} as const satisfies Structure

export type InterfaceName = (index: number) => string | undefined

export function linkFacts(bpf: Bpf, fd: number, interfaceName: InterfaceName): LinkFacts {
  const { info, bytes } = objectInfo(bpf, fd, HEADER, LINK_INFO_BYTES)
  const detail = linkDetail(bpf, fd, info.type, bytes, interfaceName)
  return { id: info.id, type: info.type, programId: info.prog_id, detail }
}

function linkDetail(
  bpf: Bpf,
  fd: number,
  type: number,
  bytes: Uint8Array,
  interfaceName: InterfaceName,
): LinkDetail {
  switch (linkType(type)?.name) {
    case "raw_tracepoint":
      return { kind: "rawTracepoint", name: tracepointName(bpf, fd) }
    case "tracing": {
      const { attach_type, target_obj_id, target_btf_id } = readStructure(TRACING, bytes)
      return {
        kind: "tracing",
        attachType: attach_type,
        targetObject: target_obj_id,
        targetBtf: target_btf_id,
      }
    }
    case "cgroup": {
      const { cgroup_id, attach_type } = readStructure(CGROUP, bytes)
      return { kind: "cgroup", cgroup: cgroup_id, attachType: attach_type }
    }
    case "iter":
      return iteratorDetail(bpf, fd)
    case "netfilter": {
      const { pf, hooknum, priority, flags } = readStructure(NETFILTER, bytes)
      return { kind: "netfilter", family: pf, hook: hooknum, priority, flags }
    }
    case "uprobe_multi":
      return uprobeDetail(bpf, fd)
    default:
      return numberedDetail(type, bytes, interfaceName)
  }
}

function numberedDetail(type: number, bytes: Uint8Array, interfaceName: InterfaceName): LinkDetail {
  const { number, attach_type: attachType } = readStructure(NUMBERED, bytes)
  const name = linkType(type)?.name
  switch (name) {
    case "netns":
      return { kind: "netns", inode: number, attachType }
    case "xdp":
      return { kind: "xdp", index: number, device: interfaceName(number) }
    case "struct_ops":
      return { kind: "structOps", map: number }
    case "tcx":
    case "netkit":
      return { kind: name, index: number, device: interfaceName(number), attachType }
    case "sockmap":
      return { kind: "sockmap", map: number, attachType }
    default:
      return { kind: "other" }
  }
}

function tracepointName(bpf: Bpf, fd: number): string {
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(TEXT_BYTES)
  objectInfo(bpf, fd, RAW_TRACEPOINT, LINK_INFO_BYTES, { tp_name: address, tp_name_len: TEXT_BYTES })
  return textOf(bytes)
}

function iteratorDetail(bpf: Bpf, fd: number): LinkDetail {
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(TEXT_BYTES)
  const values = { target_name: address, target_name_len: TEXT_BYTES }
  const { info } = objectInfo(bpf, fd, ITER, LINK_INFO_BYTES, values)
  return {
    kind: "iter",
    target: textOf(bytes),
    map: info.map_id,
    task: info.tid,
    process: info.pid,
    cgroup: info.cgroup_id,
    order: info.order,
  }
}

function uprobeDetail(bpf: Bpf, fd: number): LinkDetail {
  const { info: sizes } = objectInfo(bpf, fd, UPROBE_MULTI, LINK_INFO_BYTES)
  using scratch = new Scratch(bpf.native)
  const path = scratch.allocate(PATH_BYTES)
  const [offsets, counters, cookies] = [0, 1, 2].map(() => scratch.allocate(sizes.count * 8))
  const { info } = objectInfo(bpf, fd, UPROBE_MULTI, LINK_INFO_BYTES, {
    path: path.address,
    path_size: PATH_BYTES,
    count: sizes.count,
    offsets: offsets!.address,
    ref_ctr_offsets: counters!.address,
    cookies: cookies!.address,
  })
  const at = (block: { readonly bytes: Uint8Array } | undefined, index: number): bigint =>
    new DataView(block!.bytes.buffer, block!.bytes.byteOffset).getBigUint64(index * 8, true)
  return {
    kind: "uprobeMulti",
    path: textOf(path.bytes),
    isReturn: (info.flags & UPROBE_MULTI_RETURN) !== 0,
    process: info.pid,
    places: Array.from({ length: sizes.count }, (_, index) => ({
      offset: at(offsets, index),
      counter: at(counters, index),
      cookie: at(cookies, index),
    })),
  }
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.slice(0, end))
}
