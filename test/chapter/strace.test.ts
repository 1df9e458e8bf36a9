// What a loader says to bpf(2), in the form of strace(1): its types, its names of 15 characters, its links.
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { runSkep } from "../../src/cli/testing.ts"

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const hello = path("programs/hello.bpf.o")
const hostile = path("../../src/embedded/fixtures/hostile.bpf.o")

async function callsOf(...args: string[]): Promise<{ status: number; calls: string[] }> {
  const { status, err } = await runSkep("run", "--strace", ...args)
  return { status, calls: err.split("\n").filter(line => line.startsWith("bpf(")) }
}

/** The members of one line that are named. */
function members(line: string, ...names: string[]): string {
  const found = names.map(name => new RegExp(`\\b${name}=("[^"]*"|[^,}]+)`).exec(line)?.[0])
  return found.filter(text => text !== undefined).join(" ")
}

describe("skep run --strace", () => {
  test("shows the type and the name of each program, cut to 15 characters, and how it is attached", async () => {
    const { status, calls } = await callsOf(hello, "--release", "5.15")
    expect(status).toBe(0)
    const loads = calls.filter(line => line.startsWith("bpf(BPF_PROG_LOAD"))
    const wanted = ["prog_type", "insn_cnt", "license", "prog_name", "expected_attach_type"]
    const shared = 'license="Dual BSD/GPL" prog_name='
    expect(loads.map(line => members(line, ...wanted))).toEqual([
      `prog_type=BPF_PROG_TYPE_KPROBE insn_cnt=97 ${shared}"kprobe_sys_exec"`,
      `prog_type=BPF_PROG_TYPE_KPROBE insn_cnt=53 ${shared}"kprobe_do_execv"`,
      `prog_type=BPF_PROG_TYPE_TRACEPOINT insn_cnt=57 ${shared}"tp_sys_enter_ex"`,
      `prog_type=BPF_PROG_TYPE_TRACING insn_cnt=46 ${shared}"fentry_execve" expected_attach_type=BPF_TRACE_FENTRY`,
      `prog_type=BPF_PROG_TYPE_TRACING insn_cnt=40 ${shared}"tp_btf_exec" expected_attach_type=BPF_TRACE_RAW_TP`,
      `prog_type=BPF_PROG_TYPE_RAW_TRACEPOINT insn_cnt=40 ${shared}"raw_tp_exec"`,
    ])
    const [sys, execve, tp, fentry, btf, raw] = loads.map(line => / = (\d+)$/.exec(line)?.[1])
    const links = calls.slice(calls.indexOf(loads.at(-1) as string) + 1)
    const perf = (fd: string | undefined) =>
      `bpf(BPF_LINK_CREATE, {link_create={prog_fd=${fd}, target_fd=#, attach_type=BPF_PERF_EVENT, flags=0, perf_event={bpf_cookie=0}}}, 24) = #`
    const tracing = (fd: string | undefined, type: string) =>
      `bpf(BPF_LINK_CREATE, {link_create={prog_fd=${fd}, target_fd=0, attach_type=${type}, flags=0}}, 16) = #`
    expect(links.map(line => line.replace(/target_fd=[1-9]\d*/, "target_fd=#").replace(/\d+$/, "#"))).toEqual(
      [
        ...[perf(sys), perf(execve), perf(tp)],
        ...[tracing(fentry, "BPF_TRACE_FENTRY"), tracing(btf, "BPF_TRACE_RAW_TP")],
        `bpf(BPF_RAW_TRACEPOINT_OPEN, {raw_tracepoint={name="sched_process_exec", prog_fd=${raw}}}, 16) = #`,
      ],
    )
  })

  test("shows maps made, filled and frozen before programs are loaded", async () => {
    const { calls } = await callsOf(hello, "--only", "raw_tp_exec")
    expect(calls.slice(0, 4).map(line => line.replace(/, inner_map_fd.*map_name/, ", … map_name"))).toEqual([
      'bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_PERF_EVENT_ARRAY, key_size=4, value_size=4, max_entries=2, map_flags=0, … map_name="output", map_ifindex=0}, 48) = 3',
      'bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=4, value_size=96, max_entries=1, map_flags=BPF_F_RDONLY_PROG, … map_name="hello.rodata", map_ifindex=0}, 48) = 4',
      "bpf(BPF_MAP_UPDATE_ELEM, {map_fd=4, key=0x…, value=0x…, flags=BPF_ANY}, 32) = 0",
      "bpf(BPF_MAP_FREEZE, {map_fd=4}, 8) = 0",
    ])
    expect(calls.filter(line => line.includes("BPF_PROG_LOAD"))).toHaveLength(1)
  })

  test("shows a load that is refused twice: the second time it asks for a log", async () => {
    const { status, calls } = await callsOf(hostile, "--only", "wild_load")
    const loads = calls.filter(line => line.startsWith("bpf(BPF_PROG_LOAD"))
    expect(status).toBe(1)
    expect(loads.map(line => members(line, "log_level", "log_size"))).toEqual([
      "log_level=0 log_size=0",
      "log_level=1 log_size=65536",
    ])
    for (const line of loads) expect(line).toMatch(/ = -1 EACCES \(Permission denied\)$/)
  })
})
