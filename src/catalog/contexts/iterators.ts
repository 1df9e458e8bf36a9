import { isSince, type Release } from "../releases.ts"
import type { FunctionArgument, FunctionSignature } from "./signature.ts"

/** One argument of an iterator's program, after the metadata that each has. */
export interface IteratorArgument {
  readonly name: string
  /**
   * `structureOrNull` points to the element: null in the last run, which tells the program that there are no
   * more.
   */
  readonly kind: "structureOrNull" | "structure" | "keyOrNull" | "valueOrNull" | "scalar"
  /** Kfuncs take the pointer; measured on 6.12, not on 6.1. */
  readonly trusted?: boolean
}

export interface IteratorRow {
  /** The word after "iter/" in a section name. */
  readonly name: string
  readonly since: Release
  readonly summary: string
  readonly arguments: readonly IteratorArgument[]
}

/**
 * Targets of iterator programs: the kernel's `bpf_iter_reg` rows (kernel/bpf, net). A program attaches to the
 * function `bpf_iter_NAME` of the kernel's BTF. Those up to 6.12 were measured there.
 */
export const ITERATORS = [
  {
    name: "bpf_map",
    since: "5.8",
    summary: "every map",
    arguments: [{ name: "map", kind: "structureOrNull", trusted: true }],
  },
  {
    name: "ipv6_route",
    since: "5.8",
    summary: "every IPv6 route of a network namespace",
    arguments: [{ name: "rt", kind: "structureOrNull" }],
  },
  {
    name: "netlink",
    since: "5.8",
    summary: "every netlink socket",
    arguments: [{ name: "sk", kind: "structureOrNull" }],
  },
  {
    name: "task",
    since: "5.8",
    summary: "every task, or those of one process",
    arguments: [{ name: "task", kind: "structureOrNull", trusted: true }],
  },
  {
    name: "task_file",
    since: "5.8",
    summary: "every open file of every task",
    arguments: [
      { name: "task", kind: "structureOrNull" },
      { name: "fd", kind: "scalar" },
      { name: "file", kind: "structureOrNull" },
    ],
  },
  {
    name: "bpf_map_elem",
    since: "5.9",
    summary: "every element of a hash or array map",
    arguments: [
      { name: "map", kind: "structure" },
      { name: "key", kind: "keyOrNull" },
      { name: "value", kind: "valueOrNull" },
    ],
  },
  {
    name: "bpf_sk_storage_map",
    since: "5.9",
    summary: "every socket that has a value in a socket storage map",
    arguments: [
      { name: "map", kind: "structure" },
      { name: "sk", kind: "structureOrNull" },
      { name: "value", kind: "valueOrNull" },
    ],
  },
  {
    name: "bpf_prog",
    since: "5.9",
    summary: "every program",
    arguments: [{ name: "prog", kind: "structureOrNull" }],
  },
  {
    name: "tcp",
    since: "5.9",
    summary: "every TCP socket of a network namespace",
    arguments: [
      { name: "sk_common", kind: "structureOrNull", trusted: true },
      { name: "uid", kind: "scalar" },
    ],
  },
  {
    name: "udp",
    since: "5.9",
    summary: "every UDP socket of a network namespace",
    arguments: [
      { name: "udp_sk", kind: "structureOrNull", trusted: true },
      { name: "uid", kind: "scalar" },
      { name: "bucket", kind: "scalar" },
    ],
  },
  {
    name: "sockmap",
    since: "5.10",
    summary: "every element of a sockmap or sockhash",
    arguments: [
      { name: "map", kind: "structure" },
      { name: "key", kind: "keyOrNull" },
      { name: "sk", kind: "structureOrNull" },
    ],
  },
  {
    name: "task_vma",
    since: "5.12",
    summary: "every mapped area of every task",
    arguments: [
      { name: "task", kind: "structureOrNull" },
      { name: "vma", kind: "structureOrNull" },
    ],
  },
  {
    name: "unix",
    since: "5.15",
    summary: "every unix socket of a network namespace",
    arguments: [
      { name: "unix_sk", kind: "structureOrNull" },
      { name: "uid", kind: "scalar" },
    ],
  },
  {
    name: "bpf_link",
    since: "5.19",
    summary: "every link",
    arguments: [{ name: "link", kind: "structureOrNull" }],
  },
  {
    name: "ksym",
    since: "6.0",
    summary: "every symbol of the kernel",
    arguments: [{ name: "ksym", kind: "structureOrNull" }],
  },
  {
    name: "cgroup",
    since: "6.1",
    summary: "a cgroup, its descendants or its ancestors",
    arguments: [{ name: "cgroup", kind: "structureOrNull", trusted: true }],
  },
  {
    name: "kmem_cache",
    since: "6.13",
    summary: "every slab cache",
    arguments: [{ name: "s", kind: "structureOrNull", trusted: true }],
  },
  {
    name: "dmabuf",
    since: "6.16",
    summary: "every DMA buffer",
    arguments: [{ name: "dmabuf", kind: "structureOrNull", trusted: true }],
  },
] as const satisfies readonly IteratorRow[]

export type IteratorName = (typeof ITERATORS)[number]["name"]

/** The prototype of `bpf_iter_NAME` from BTF, with what the iterator knows of its arguments. */
export function iteratorSignature(signature: FunctionSignature, release: Release): FunctionSignature {
  const rows: readonly IteratorRow[] = ITERATORS
  const row = rows.find(row => `bpf_iter_${row.name}` === signature.name)
  if (!row) return signature
  const [metadata, ...rest] = signature.arguments
  if (!metadata) return signature
  const known = rest.map((argument, at) => iteratorArgument(argument, row.arguments[at], release))
  return { ...signature, arguments: [metadata, ...known] }
}

function iteratorArgument(
  argument: FunctionArgument,
  row: IteratorArgument | undefined,
  release: Release,
): FunctionArgument {
  if (row === undefined) return argument
  switch (row.kind) {
    case "structureOrNull":
      return argument.kind === "structure"
        ? { ...argument, orNull: true, trusted: row.trusted === true && isSince("6.2", release) }
        : argument
    case "keyOrNull":
      return { kind: "buffer", readOnly: true }
    case "valueOrNull":
      return { kind: "buffer", readOnly: false }
    case "structure":
    case "scalar":
      return argument
    default:
      return row.kind satisfies never
  }
}
