import { errnoName, errnoText } from "../../base/index.ts"
import { attachType, mapType, programType } from "../../catalog/index.ts"
import * as attributes from "./attributes.ts"
import type { BpfCall, BpfCommand } from "./call.ts"
import type { FieldType, Structure } from "./structure.ts"

/**
 * One call of bpf(2) on one line, in the form of strace(1): `bpf(BPF_PROG_LOAD, {prog_type=…, …}, 144) = 5`. Addresses of
 * this process say nothing, so what was passed by pointer shows as `0x…`.
 */
export function formatCall({ command, structure, values, size, result }: BpfCall): string {
  const fields = Object.entries(structure).filter(([, [offset]]) => offset < size)
  const group = GROUPS[command]
  const inner = INNER.get(structure)
  const own = inner ? fields.filter(([name]) => !inner.fields.includes(name)) : fields
  const nested = inner ? fields.filter(([name]) => inner.fields.includes(name)) : []
  const print = ([name, [, type]]: (typeof fields)[number]): string =>
    `${rename(command, name)}=${formatField(command, name, type, values[name])}`
  const parts = own.map(print)
  if (inner && nested.length > 0) parts.push(`${inner.name}={${nested.map(print).join(", ")}}`)
  const text = group === undefined ? `{${parts.join(", ")}}` : `{${group}={${parts.join(", ")}}}`
  return `bpf(${command}, ${text}, ${size}) = ${formatResult(result)}`
}

function formatResult(result: number): string {
  if (result >= 0) return String(result)
  const name = errnoName(-result)
  return name ? `-1 ${name} (${errnoText(name)})` : `-1 (errno ${-result})`
}

/** Commands whose attributes are a struct of their own inside the union. */
const GROUPS: Readonly<Partial<Record<BpfCommand, string>>> = {
  BPF_PROG_TEST_RUN: "test",
  BPF_OBJ_GET_INFO_BY_FD: "info",
  BPF_PROG_QUERY: "query",
  BPF_RAW_TRACEPOINT_OPEN: "raw_tracepoint",
  BPF_TASK_FD_QUERY: "task_fd_query",
  BPF_LINK_CREATE: "link_create",
  BPF_LINK_UPDATE: "link_update",
  BPF_LINK_DETACH: "link_detach",
  BPF_ENABLE_STATS: "enable_stats",
  BPF_ITER_CREATE: "iter_create",
  BPF_PROG_BIND_MAP: "prog_bind_map",
  BPF_MAP_LOOKUP_BATCH: "batch",
  BPF_MAP_LOOKUP_AND_DELETE_BATCH: "batch",
  BPF_MAP_UPDATE_BATCH: "batch",
  BPF_MAP_DELETE_BATCH: "batch",
}

/** Links whose kind has fields of its own. */
const INNER: ReadonlyMap<Structure, { readonly name: string; readonly fields: readonly string[] }> = new Map(
  (
    [
      ["perfEvent", "perf_event"],
      ["tracing", "tracing"],
      ["kprobeMulti", "kprobe_multi"],
      ["uprobeMulti", "uprobe_multi"],
      ["netfilter", "netfilter"],
    ] as const
  ).map(([variant, name]) => {
    const structure: Structure = attributes.LINK_CREATE[variant]
    const common = Object.keys(attributes.LINK_CREATE.plain)
    return [structure, { name, fields: Object.keys(structure).filter(field => !common.includes(field)) }]
  }),
)

/** Members of one place that bear another name for some commands. */
function rename(command: BpfCommand, name: string): string {
  if (name === "id") {
    if (command.endsWith("GET_NEXT_ID")) return "start_id"
    const kind = /^BPF_(PROG|MAP|BTF|LINK)_GET_FD_BY_ID$/.exec(command)?.[1]
    return kind ? `${kind.toLowerCase()}_id` : name
  }
  return name === "multi_flags" || name === "hook_flags" ? "flags" : name
}

function formatField(command: BpfCommand, name: string, type: FieldType, value: unknown): string {
  switch (type) {
    case "text":
      return value === undefined ? "NULL" : JSON.stringify(value)
    case "pointer":
      return formatPointer(value)
    case "u32s":
    case "u64s":
    case "texts":
      return formatArray(value)
    case "u8":
    case "u16":
    case "u32":
    case "s32":
    case "u64":
      return formatNumber(command, name, value === undefined ? 0n : BigInt(value as number | bigint))
    default:
      return JSON.stringify(String(value ?? "").slice(0, 15))
  }
}

function formatPointer(value: unknown): string {
  if (value === undefined || value === 0n) return "NULL"
  return typeof value === "bigint" ? `0x${value.toString(16)}` : "0x…"
}

function formatArray(value: unknown): string {
  if (!Array.isArray(value)) return "NULL"
  return `[${value.map(each => (typeof each === "string" ? JSON.stringify(each) : String(each))).join(", ")}]`
}

/** Bits of flags, from the lowest up. */
const MAP_FLAGS = [
  "BPF_F_NO_PREALLOC",
  "BPF_F_NO_COMMON_LRU",
  "BPF_F_NUMA_NODE",
  "BPF_F_RDONLY",
  "BPF_F_WRONLY",
  "BPF_F_STACK_BUILD_ID",
  "BPF_F_ZERO_SEED",
  "BPF_F_RDONLY_PROG",
  "BPF_F_WRONLY_PROG",
  "BPF_F_CLONE",
  "BPF_F_MMAPABLE",
  "BPF_F_PRESERVE_ELEMS",
  "BPF_F_INNER_MAP",
  "BPF_F_LINK",
]
const PROGRAM_FLAGS = [
  "BPF_F_STRICT_ALIGNMENT",
  "BPF_F_ANY_ALIGNMENT",
  "BPF_F_TEST_RND_HI32",
  "BPF_F_TEST_STATE_FREQ",
  "BPF_F_SLEEPABLE",
  "BPF_F_XDP_HAS_FRAGS",
]
const ATTACH_FLAGS = ["BPF_F_ALLOW_OVERRIDE", "BPF_F_ALLOW_MULTI", "BPF_F_REPLACE"]
const UPDATE_FLAGS = ["BPF_ANY", "BPF_NOEXIST", "BPF_EXIST", "BPF_F_LOCK"]

function formatNumber(command: BpfCommand, name: string, value: bigint): string {
  const number = Number(value)
  switch (name) {
    case "prog_type":
      return programType(number)?.abi ?? enumText(number, "BPF_PROG_TYPE_UNSPEC", "BPF_PROG_TYPE_???")
    case "map_type":
      return mapType(number)?.abi ?? enumText(number, "BPF_MAP_TYPE_UNSPEC", "BPF_MAP_TYPE_???")
    case "attach_type":
    case "expected_attach_type":
      return attachType(number)?.abi ?? enumText(number, undefined, "BPF_???")
    case "map_flags":
      return flagText(number, MAP_FLAGS)
    case "prog_flags":
      return flagText(number, PROGRAM_FLAGS)
    case "attach_flags":
      return flagText(number, ATTACH_FLAGS)
    case "kern_version":
      return `KERNEL_VERSION(${number >>> 16}, ${(number >>> 8) & 0xff}, ${number & 0xff})`
    case "flags":
      return command === "BPF_MAP_UPDATE_ELEM" ? (UPDATE_FLAGS[number] ?? hex(number)) : hex(number)
    default:
      return String(value)
  }
}

function enumText(number: number, zero: string | undefined, unknown: string): string {
  if (number === 0 && zero !== undefined) return zero
  return `0x${number.toString(16)} /* ${unknown} */`
}

function flagText(value: number, names: readonly string[]): string {
  if (value === 0) return "0"
  const known = names.filter((_, bit) => (value >>> bit) & 1)
  const rest = names.reduce((left, _, bit) => left & ~(1 << bit), value)
  return [...known, ...(rest === 0 ? [] : [hex(rest >>> 0)])].join("|")
}

function hex(value: number): string {
  return value === 0 ? "0" : `0x${value.toString(16)}`
}
