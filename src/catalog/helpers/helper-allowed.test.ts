import { describe, expect, test } from "vitest"
import {
  allowedHelpers,
  type HelperCaller,
  type HelperVerdict,
  helperAllowed,
  helperGrantees,
} from "./helper-allowed.ts"
import type { HelperName } from "./helpers.ts"

/** "yes", or the kind of refusal. */
function answer(name: HelperName, caller: HelperCaller): string {
  const verdict = helperAllowed(name, caller)
  return verdict.allowed ? "yes" : verdict.refusal
}

function because(verdict: HelperVerdict): string {
  return verdict.allowed ? "" : verdict.because
}

describe("helperAllowed", () => {
  test("refuses a helper that is newer than the release", () => {
    const caller: HelperCaller = { programType: "xdp", release: "6.1" }
    expect(answer("bpf_cgrp_storage_get", caller)).toBe("unknown")
    expect(answer("bpf_cgrp_storage_get", { ...caller, release: "6.2" })).toBe("yes")
  })

  test("refuses a program type that is newer than the release", () => {
    expect(because(helperAllowed("bpf_map_lookup_elem", { programType: "netfilter", release: "6.1" }))).toBe(
      "netfilter programs came with 6.4",
    )
  })

  test("refuses a helper of other program types", () => {
    const verdict = helperAllowed("bpf_xdp_adjust_head", { programType: "sched_cls", release: "6.12" })
    expect(because(verdict)).toBe("sched_cls programs cannot call bpf_xdp_adjust_head")
  })

  test("goes by the attach type", () => {
    const caller: HelperCaller = { programType: "cgroup_sock_addr", release: "6.12" }
    expect(answer("bpf_bind", { ...caller, attachType: "cgroup_inet4_connect" })).toBe("yes")
    const verdict = helperAllowed("bpf_bind", { ...caller, attachType: "cgroup_inet4_bind" })
    expect(because(verdict)).toContain("cgroup_inet4_connect, cgroup_inet6_connect")
  })

  test("takes attach type 0 where none is given, as the kernel does", () => {
    const caller: HelperCaller = { programType: "cgroup_device", release: "6.12" }
    expect(answer("bpf_get_retval", caller)).toBe("program")
    expect(answer("bpf_get_retval", { ...caller, attachType: "cgroup_device" })).toBe("yes")
  })

  test("goes by the release of the grant", () => {
    const caller: HelperCaller = { programType: "xdp", release: "6.9" }
    expect(because(helperAllowed("bpf_get_current_pid_tgid", caller))).toBe(
      "xdp programs may call bpf_get_current_pid_tgid from 6.10 on",
    )
    expect(answer("bpf_get_current_pid_tgid", { ...caller, release: "6.10" })).toBe("yes")
  })

  test("goes by capabilities, which CAP_SYS_ADMIN all implies", () => {
    const caller: HelperCaller = {
      programType: "xdp",
      release: "6.12",
      capabilities: ["CAP_BPF", "CAP_NET_ADMIN"],
    }
    expect(because(helperAllowed("bpf_trace_printk", caller))).toBe("bpf_trace_printk needs CAP_PERFMON")
    expect(because(helperAllowed("bpf_trace_printk", { ...caller, capabilities: ["CAP_PERFMON"] }))).toBe(
      "bpf_trace_printk needs CAP_BPF",
    )
    expect(answer("bpf_trace_printk", { ...caller, capabilities: ["CAP_SYS_ADMIN"] })).toBe("yes")
  })

  test("goes by the licence", () => {
    expect(answer("bpf_probe_read_kernel", { programType: "kprobe", release: "6.12", gpl: false })).toBe(
      "licence",
    )
    expect(answer("bpf_map_lookup_elem", { programType: "kprobe", release: "6.12", gpl: false })).toBe("yes")
  })

  test("goes by the configuration", () => {
    const caller: HelperCaller = { programType: "kprobe", release: "6.12" }
    expect(answer("bpf_override_return", caller)).toBe("yes")
    expect(answer("bpf_override_return", { ...caller, config: () => false })).toBe("program")
  })

  test("goes by sleepable", () => {
    const caller: HelperCaller = {
      programType: "lsm",
      attachType: "lsm_mac",
      hook: "file_open",
      release: "6.12",
    }
    expect(answer("bpf_copy_from_user", caller)).toBe("sleepable")
    expect(answer("bpf_copy_from_user", { ...caller, sleepable: true })).toBe("yes")
  })

  test("goes by the function, and names the functions where none is given", () => {
    const caller: HelperCaller = { programType: "tracing", attachType: "trace_fentry", release: "6.12" }
    expect(answer("bpf_d_path", { ...caller, hook: "filp_close" })).toBe("yes")
    expect(answer("bpf_d_path", { ...caller, hook: "tcp_v4_connect" })).toBe("probe")
    const verdict = helperAllowed("bpf_d_path", caller)
    expect(verdict.allowed && verdict.onlyAt).toContain("filp_close")
    const iterator: HelperCaller = { ...caller, attachType: "trace_iter" }
    expect(helperAllowed("bpf_setsockopt", iterator)).toEqual({ allowed: true, onlyAt: ["tcp", "unix"] })
  })

  test("goes by the hook's release", () => {
    const caller = { programType: "lsm", attachType: "lsm_mac", hook: "path_mkdir" } as const
    expect(answer("bpf_d_path", { ...caller, release: "6.1" })).toBe("probe")
    expect(answer("bpf_d_path", { ...caller, release: "6.12" })).toBe("yes")
  })

  test("goes by the structure and member of a struct_ops", () => {
    const caller: HelperCaller = { programType: "struct_ops", release: "6.12" }
    expect(answer("bpf_setsockopt", { ...caller, hook: "tcp_congestion_ops.init" })).toBe("yes")
    expect(answer("bpf_setsockopt", { ...caller, hook: "tcp_congestion_ops.release" })).toBe("program")
    expect(answer("bpf_task_storage_get", { ...caller, hook: "sched_ext_ops.enqueue" })).toBe("yes")
    expect(answer("bpf_map_lookup_elem", { ...caller, hook: "hid_bpf_ops.hid_device_event" })).toBe("yes")
    expect(answer("bpf_map_lookup_elem", { ...caller, hook: "bpf_dummy_ops.test_1" })).toBe("program")
  })

  test("gives an extension what the program has whose function it replaces", () => {
    const caller: HelperCaller = { programType: "ext", release: "6.12", extended: { programType: "xdp" } }
    expect(answer("bpf_xdp_adjust_head", caller)).toBe("yes")
    expect(answer("bpf_skb_store_bytes", caller)).toBe("program")
  })
})

describe("allowedHelpers", () => {
  test("lists infrared programs' few", () => {
    expect(allowedHelpers({ programType: "lirc_mode2", attachType: "lirc_mode2", release: "6.12" })).toEqual([
      "bpf_map_lookup_elem",
      "bpf_map_update_elem",
      "bpf_map_delete_elem",
      "bpf_ktime_get_ns",
      "bpf_trace_printk",
      "bpf_get_prandom_u32",
      "bpf_tail_call",
      "bpf_rc_repeat",
      "bpf_rc_keydown",
      "bpf_map_push_elem",
      "bpf_map_pop_elem",
      "bpf_map_peek_elem",
      "bpf_rc_pointer_rel",
      "bpf_ktime_get_boot_ns",
    ])
  })
})

describe("helperGrantees", () => {
  test("tells who may call a helper, and under which condition", () => {
    expect(helperGrantees("bpf_sk_assign").map(({ programType }) => programType)).toEqual([
      "sched_cls",
      "sched_act",
      "sk_lookup",
    ])
    expect(helperGrantees("bpf_bind")[0]?.grant.attachTypes).toEqual([
      "cgroup_inet4_connect",
      "cgroup_inet6_connect",
    ])
  })
})
