import { expect, test } from "vitest"
import type { AttachPoint } from "../../kernel/index.ts"
import { linkCall } from "./link-call.ts"

const parts = { program: 7, isLink: true, open: () => 20, interfaceIndex: () => 3 }

test.each<[attachType: string | undefined, point: AttachPoint, command: string, values: object]>([
  [
    undefined,
    { kind: "kprobe", function: "f", cookie: 5n },
    "BPF_LINK_CREATE",
    { target_fd: 20, bpf_cookie: 5n },
  ],
  [undefined, { kind: "rawTracepoint", name: "t" }, "BPF_RAW_TRACEPOINT_OPEN", { name: "t", prog_fd: 7 }],
  ["trace_fexit", { kind: "trace" }, "BPF_LINK_CREATE", { target_fd: 0, attach_type: 25 }],
  ["xdp", { kind: "xdp", interface: "v0" }, "BPF_LINK_CREATE", { target_fd: 3, attach_type: 37 }],
  ["cgroup_device", { kind: "cgroup", path: "/g" }, "BPF_LINK_CREATE", { target_fd: 20, attach_type: 6 }],
  ["cgroup_device", { kind: "cgroup", path: "/g", by: "attach" }, "BPF_PROG_ATTACH", { attach_bpf_fd: 7 }],
  [
    "lirc_mode2",
    { kind: "lirc", device: "/dev/lirc0" },
    "BPF_PROG_ATTACH",
    { target_fd: 20, attach_type: 16 },
  ],
])("a %s program at %o attaches by %s", (attachType, point, command, values) => {
  const isLink = command !== "BPF_PROG_ATTACH"
  expect(linkCall(attachType, point, { ...parts, isLink })).toMatchObject({ command, values })
})

test.each<AttachPoint>([
  { kind: "xdp", interface: "v0", by: "netlink" },
  { kind: "tc", interface: "v0", direction: "ingress" },
  { kind: "socket", fd: 4 },
])("%j is none", point => {
  expect(linkCall(undefined, point, { ...parts, isLink: false })).toBeUndefined()
})
