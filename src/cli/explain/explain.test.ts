import { describe, expect, test } from "vitest"
import {
  ATTACH_TYPES,
  HELPERS,
  KFUNCS,
  LINK_TYPES,
  MAP_TYPES,
  PROGRAM_TYPES,
  SECTIONS,
} from "../../catalog/index.ts"
import { runSkep } from "../testing.ts"

interface Told {
  readonly kind: string
  readonly name: string
  readonly since: string | null
  readonly summary: string
  readonly helpers?: readonly string[]
  readonly kfuncs?: readonly string[]
  readonly context?: readonly Readonly<Record<string, string>>[]
  readonly returnCodes?: readonly Readonly<Record<string, string>>[]
  readonly arguments?: readonly Readonly<Record<string, string>>[]
  readonly programTypes?: readonly string[]
}

async function told(...args: string[]): Promise<Told> {
  const { status, out, err } = await runSkep("explain", ...args, "--json")
  expect([status, err]).toEqual([0, ""])
  return JSON.parse(out) as Told
}

describe("skep explain", () => {
  test("knows every name of the catalogue", async () => {
    const types = [...PROGRAM_TYPES, ...ATTACH_TYPES, ...MAP_TYPES, ...LINK_TYPES]
    const names = [
      ...types.flatMap(row => [row.name, row.abi]),
      ...SECTIONS.map(row => row.section),
      ...HELPERS.map(row => row.name),
      ...KFUNCS.map(row => row.name),
    ]
    expect(names.length).toBeGreaterThan(900)
    for (const name of names) {
      const { status, out } = await runSkep("explain", name)
      expect(status, name).toBe(0)
      expect(out, name).not.toMatch(/undefined|\[object/)
      expect(out.split("\n")[1]?.trim(), name).not.toBe("")
    }
  })

  test.each([
    [
      "kprobe",
      "CAP_SYS_ADMIN to open perf events where kernel.perf_event_paranoid is 3 or more; CAP_SYS_ADMIN to put probes on functions of user space; CAP_PERFMON, or CAP_SYS_ADMIN, to open perf events of the kernel where kernel.perf_event_paranoid is 2 or more; CAP_PERFMON, or CAP_SYS_ADMIN, to put probes on functions of the kernel; elsewhere nothing",
    ],
    ["xdp", "CAP_NET_ADMIN to attach and detach by netlink; elsewhere nothing"],
    [
      "cgroup_skb",
      "CAP_SYS_ADMIN to open the program that is to be replaced, by its id; CAP_NET_ADMIN, or CAP_SYS_ADMIN, to attach cgroup_skb programs",
    ],
    ["lsm", "nothing: the descriptors of program and target are enough"],
  ])("says what attaching a %s program asks for", async (type, attachCapabilities) => {
    expect(await told(type)).toMatchObject({ attachCapabilities })
  })

  test("a program type has context, return codes and helpers", async () => {
    const xdp = await told("xdp")
    expect(xdp).toMatchObject({ kind: "program type", since: "4.8" })
    expect(xdp.context?.map(row => row.field)).toContain("data_end")
    expect(xdp.returnCodes?.find(row => row.value === "1")).toMatchObject({ name: "XDP_DROP" })
    expect(xdp.helpers).toContain("bpf_xdp_adjust_head")
    expect(xdp.helpers).not.toContain("bpf_skb_load_bytes")
  })

  test("an attach type narrows the context: user_ip6 is for the six hooks alone", async () => {
    const fields = async (name: string) =>
      (await told(name)).context?.map(row => row.field?.replace(/\[\d+\]/, ""))
    expect(await fields("cgroup_inet6_connect")).toContain("user_ip6")
    expect(await fields("cgroup_inet4_connect")).not.toContain("user_ip6")
  })

  // Seen on real kernels: "unknown func bpf_get_current_pid_tgid#14" on 6.1, loaded on 6.18.
  test("--release shows what that kernel allows", async () => {
    const at = async (release: string) => (await told("xdp", "--release", release)).helpers
    expect(await at("6.1")).not.toContain("bpf_get_current_pid_tgid")
    expect(await at("6.12")).toContain("bpf_get_current_pid_tgid")
  })

  test("a helper has its prototype with what the verifier wants of each argument", async () => {
    const { arguments: rows } = await told("map_update_elem")
    expect(rows?.map(row => row["what the verifier wants"])).toEqual([
      "mapPointer",
      "mapKey",
      "mapValue read",
      "anything",
      "integer",
    ])
  })

  test("a kfunc has its callers and flags", async () => {
    const { out } = await runSkep("explain", "bpf_task_release")
    expect(out).toMatch(/^bpf_task_release: kfunc, since 6\.\d+\n/)
    expect(out).toContain("release: takes a reference")
  })

  test("a section name is read as libbpf reads it", async () => {
    const { out } = await runSkep("explain", "?tp/sched/sched_switch")
    expect(out).toMatch(/target +sched\/sched_switch\n/)
    expect(out).toContain("only when asked for")
  })

  test("--as chooses among the meanings of a name, which text lists", async () => {
    const { out } = await runSkep("explain", "netfilter")
    expect(out).toContain("also: section netfilter (--as section), attach type netfilter (--as attach_type)")
    expect((await told("netfilter", "--as", "attach_type")).kind).toBe("attach type")
  })

  test.each([
    ["xpd", 1, "nearest: tp, xdp"],
    ["bpf_map_lokup_elem", 1, "bpf_map_lookup_elem"],
    ["BPF_PROG_TYPE_XPD", 1, "BPF_PROG_TYPE_XDP"],
    ["", 1, "there is no"],
  ])("%j is no name: status %d, nearest names", async (name, status, text) => {
    const ran = await runSkep("explain", name)
    expect([ran.status, ran.out]).toEqual([status, ""])
    expect(ran.err).toContain(text)
  })

  test.each([
    [["explain"], "missing required argument"],
    [["explain", "xdp", "--release", "new"], "--release is a kernel release"],
    [["explain", "xdp", "--as", "thing"], "--as is one of program_type"],
  ])("%j is wrong usage", async (args, text) => {
    const ran = await runSkep(...args)
    expect(ran.status).toBe(2)
    expect(ran.err).toContain(text)
  })
})
