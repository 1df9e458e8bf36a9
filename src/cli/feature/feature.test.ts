import { describe, expect, test } from "vitest"
import { runSkep } from "../testing.ts"

describe("skep feature list_builtins", () => {
  // Counts of today's UAPI; bpftool lists number 0 too where the enumeration has one.
  test.each([
    ["prog_types", 33, "unspec", "netfilter"],
    ["map_types", 36, "unspec", "rhash"],
    ["attach_types", 62, "cgroup_inet_ingress", "trace_fsession_multi"],
    ["link_types", 16, "unspec", "tracing_multi"],
    ["helpers", 212, "bpf_unspec", "bpf_cgrp_storage_delete"],
  ])("%s prints %d names from %s to %s", async (group, count, first, last) => {
    const { status, out } = await runSkep("feature", "list_builtins", group)
    const names = out.trimEnd().split("\n")
    expect([status, names.length, names[0], names.at(-1)]).toEqual([0, count, first, last])
  })

  // What bpftool 7.1, built from 6.1's sources, prints.
  test("--release leaves out what came later", async () => {
    const { out } = await runSkep("feature", "list_builtins", "link_types", "--release", "6.1", "-j")
    const names = ["unspec", "raw_tracepoint", "tracing", "cgroup", "iter", "netns", "xdp", "perf_event"]
    expect(JSON.parse(out)).toEqual([...names, "kprobe_multi", "struct_ops"])
  })

  test("-p closes the array on a line of its own, as bpftool does", async () => {
    const { out } = await runSkep("feature", "list_builtins", "link", "-p")
    expect(out.startsWith('["unspec","raw_tracepoint",')).toBe(true)
    expect(out.endsWith('"tracing_multi"\n]\n')).toBe(true)
  })

  test("an unknown group is wrong usage, in bpftool's words", async () => {
    const { status, err } = await runSkep("feature", "list_builtins", "foo")
    expect(status).toBe(2)
    expect(err).toContain(
      "expected 'prog_types', 'map_types', 'attach_types', 'link_types' or 'helpers', got: foo",
    )
  })

  test("an unknown release is wrong usage", async () => {
    expect((await runSkep("feature", "list_builtins", "helpers", "--release", "new")).status).toBe(2)
  })
})
