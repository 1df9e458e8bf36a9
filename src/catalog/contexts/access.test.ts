import { expect, test } from "vitest"
import { contextAccess } from "./access.ts"
import { contextFields, contextType } from "./fields.ts"
import type { ContextQuestion } from "./question.ts"

const xdp = {
  programType: "xdp",
  release: "6.12",
  access: "read",
} as const satisfies Partial<ContextQuestion>

test("a load of the packet's start gives a packet pointer", () => {
  const answer = contextAccess({ ...xdp, offset: 0, size: 4 })
  expect(answer).toMatchObject({ allowed: true, field: { name: "data" }, value: { kind: "packet" } })
})

test("a refusal names field and rule, and has the verifier's line", () => {
  const answer = contextAccess({ ...xdp, offset: 20, size: 4 })
  expect(answer).toMatchObject({
    allowed: false,
    rule: "attachType",
    field: { name: "egress_ifindex" },
    reason: "egress_ifindex is read only with attach type xdp_devmap",
    log: ["invalid bpf_context access off=20 size=4"],
  })
  expect(contextAccess({ ...xdp, attachType: "xdp_devmap", offset: 20, size: 4 }).allowed).toBe(true)
})

test("one structure has other rules in other program types", () => {
  const mark = { release: "6.12", offset: 8, size: 4, access: "write" } as const
  expect(contextAccess({ ...mark, programType: "sched_cls" }).allowed).toBe(true)
  expect(contextAccess({ ...mark, programType: "socket_filter" })).toMatchObject({ rule: "readOnly" })
  expect(contextAccess({ ...mark, programType: "sk_skb" })).toMatchObject({ rule: "hidden" })
})

test("a field is refused before the release that brought it", () => {
  const hwtstamp = { programType: "sched_cls", offset: 184, size: 8, access: "read" } as const
  expect(contextAccess({ ...hwtstamp, release: "5.15" })).toMatchObject({ rule: "release" })
  expect(contextAccess({ ...hwtstamp, release: "5.16" }).allowed).toBe(true)
})

test("packet pointers of cgroup_skb take CAP_BPF", () => {
  const data = { programType: "cgroup_skb", release: "6.12", offset: 76, size: 4, access: "read" } as const
  expect(contextAccess(data).allowed).toBe(true)
  expect(contextAccess({ ...data, bpfCapable: false })).toMatchObject({ rule: "capability" })
})

test("an array's element is told", () => {
  const cb = { programType: "sched_cls", release: "6.12", offset: 60, size: 4, access: "write" } as const
  expect(contextAccess(cb)).toMatchObject({ field: { name: "cb" }, element: 3, value: undefined })
})

test("of words that share bytes, the writable one answers a store", () => {
  const reply = { programType: "sock_ops", release: "6.12", offset: 4, size: 4 } as const
  expect(contextAccess({ ...reply, access: "write" })).toMatchObject({ field: { name: "reply" } })
  expect(contextAccess({ ...reply, offset: 8, access: "write" })).toMatchObject({ rule: "readOnly" })
  expect(contextAccess({ ...reply, offset: 8, access: "read" })).toMatchObject({
    field: { name: "args" },
    element: 1,
  })
})

test("the common fields of a trace event are not read", () => {
  const record = { programType: "tracepoint", release: "6.12", access: "read", size: 4 } as const
  expect(contextAccess({ ...record, offset: 4 })).toMatchObject({
    rule: "range",
    log: ["invalid bpf_context access off=4 size=4"],
  })
  expect(contextAccess({ ...record, offset: 8 }).allowed).toBe(true)
})

test("arguments of a kernel function are typed by its prototype", () => {
  const file = {
    kind: "structure",
    name: "file",
    keyword: "STRUCT",
    btfId: 100,
    memory: "kernel",
    orNull: false,
  } as const
  const target = {
    name: "vfs_fsync",
    arguments: [file, { kind: "scalar", bytes: 4 }],
    result: { kind: "scalar", bytes: 4 },
  } as const
  const ask = (attachType: "trace_fentry" | "trace_fexit", offset: number) =>
    contextAccess({
      programType: "tracing",
      attachType,
      release: "6.12",
      target,
      offset,
      size: 8,
      access: "read",
    })
  expect(ask("trace_fentry", 0)).toMatchObject({ element: 0, value: { kind: "structure", name: "file" } })
  expect(ask("trace_fentry", 16)).toMatchObject({
    rule: "target",
    log: ["func 'vfs_fsync' doesn't have 3-th argument", "invalid bpf_context access off=16 size=8"],
  })
  expect(ask("trace_fexit", 16)).toMatchObject({ allowed: true, value: { kind: "scalar" } })
})

test("a program that extends another has that one's context", () => {
  const extended = { programType: "ext", release: "6.12", offset: 0, size: 4, access: "read" } as const
  expect(contextAccess({ ...extended, extends: "xdp" })).toMatchObject({ value: { kind: "packet" } })
  expect(() => contextAccess(extended)).toThrow("context of ext")
})

test("the fields that one kind of program sees are listed", () => {
  const names = (attachType: "cgroup_inet4_post_bind" | "cgroup_inet_sock_create") =>
    contextFields({ programType: "cgroup_sock", attachType, release: "6.12" }).map(({ field }) => field.name)
  expect(names("cgroup_inet4_post_bind")).toContain("src_ip4")
  expect(names("cgroup_inet_sock_create")).not.toContain("src_ip4")
  const writable = contextFields({ programType: "cgroup_sysctl", release: "6.12" })
    .filter(({ write }) => write.allowed)
    .map(({ field }) => field.name)
  expect(writable).toEqual(["file_pos"])
  const reply = contextFields({ programType: "sock_ops", release: "6.12" }).filter(
    ({ write }) => write.allowed,
  )
  expect(reply.map(({ field }) => field.name)).toEqual(["reply", "sk_txhash"])
  expect(contextType("xdp")).toBe("struct xdp_md *")
})
