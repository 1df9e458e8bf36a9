// What can be looked up: types, helpers, section names.
import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, test } from "vitest"
import type { Btf } from "../../src/btf/index.ts"
import { contextType } from "../../src/catalog/details.ts"
import {
  ATTACH_TYPES,
  attachType,
  HELPERS,
  isSince,
  matchSection,
  PROGRAM_TYPES,
  type ProgramTypeName,
  programType,
  SECTIONS,
} from "../../src/catalog/index.ts"
import { loadBuiltinProfile } from "../../src/profile/node.ts"

const ESRCH = 3

describe("numbers are those of the kernel's own enumerations, in what 6.12 has", () => {
  let btf: Btf
  beforeAll(async () => {
    btf = (await loadBuiltinProfile("6.12")).btf()
  })
  /** Enumerators of a C enum by name. */
  function enumerators(name: string): Map<string, number> {
    const id = btf.find(name, "enum")
    const type = id === undefined ? undefined : btf.typeOf(id, "enum")
    return new Map(type?.values.map(({ name, value }) => [name, Number(value)]))
  }

  test.each([
    ["program types", "bpf_prog_type", PROGRAM_TYPES, 32],
    ["attach types", "bpf_attach_type", ATTACH_TYPES, 62],
  ] as const)("%s: number, name and release of each", (_, name, rows, count) => {
    const kernel = enumerators(name)
    expect(rows).toHaveLength(count)
    for (const { abi, number, since } of rows) {
      // The last four are in no release yet.
      if (number < 58) expect(since, abi).toMatch(/^\d+\.\d+$/)
      expect(kernel.get(abi), abi).toBe(isSince(since, "6.12") ? number : undefined)
    }
  })

  test("helpers", () => {
    const kernel = enumerators("bpf_func_id")
    expect(HELPERS).toHaveLength(211)
    for (const { id, name, since } of HELPERS)
      expect(kernel.get(name.replace(/^bpf_/, "BPF_FUNC_")), name).toBe(
        isSince(since, "6.12") ? id : undefined,
      )
  })
})

test("the lower in the network stack, the more a context is a packet; the higher, a socket", () => {
  const CONTEXTS: Partial<Record<ProgramTypeName, string>> = {
    xdp: "xdp_md",
    sched_cls: "__sk_buff",
    lwt_xmit: "__sk_buff",
    cgroup_skb: "__sk_buff",
    socket_filter: "__sk_buff",
    sk_skb: "__sk_buff",
    flow_dissector: "__sk_buff",
    netfilter: "bpf_nf_ctx",
    sk_reuseport: "sk_reuseport_md",
    sk_lookup: "bpf_sk_lookup",
    sk_msg: "sk_msg_md",
    sock_ops: "bpf_sock_ops",
    cgroup_sock: "bpf_sock",
    cgroup_sock_addr: "bpf_sock_addr",
    cgroup_sockopt: "bpf_sockopt",
    cgroup_sysctl: "bpf_sysctl",
    cgroup_device: "bpf_cgroup_dev_ctx",
  }
  for (const [type, context] of Object.entries(CONTEXTS))
    expect(contextType(type as ProgramTypeName), type).toBe(`struct ${context} *`)
})

test("the type of sysctl programs and their attach type bear two names", () => {
  expect(matchSection("cgroup/sysctl")?.definition).toMatchObject({
    programType: programType("BPF_PROG_TYPE_CGROUP_SYSCTL")?.name,
    attachType: attachType("BPF_CGROUP_SYSCTL")?.name,
  })
  expect([programType("BPF_CGROUP_SYSCTL"), attachType("BPF_PROG_TYPE_CGROUP_SYSCTL")]).toEqual([
    undefined,
    undefined,
  ])
})

test("probes of user space are all of type kprobe", () => {
  for (const section of ["uprobe/a:b", "uretprobe/a:b", "uprobe.multi/a:b", "uprobe.s/a:b", "usdt/a:b:c"])
    expect(matchSection(section)?.definition.programType, section).toBe("kprobe")
})

describe("section names are read as libbpf 1.8 reads them", () => {
  const answers = readFileSync(new URL("sections.tsv", import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map(line => line.split("\t"))

  test("all of them, alone, with a target and misspelt", () => {
    expect(SECTIONS).toHaveLength(116)
    const wrong: string[] = []
    for (const [name = "", errno, type, attach] of answers) {
      // A "?" is taken off before libbpf looks for the name.
      const found = name.startsWith("?") ? undefined : matchSection(name)?.definition
      const ours = found
        ? [
            0,
            programType(found.programType)?.number,
            found.attachType ? attachType(found.attachType)?.number : 0,
          ]
        : [ESRCH, 0, 0]
      if (`${ours}` !== `${[errno, type, attach]}`)
        wrong.push(`${name}: ${ours}, libbpf ${[errno, type, attach]}`)
    }
    expect(wrong).toEqual([])
    expect(answers.length).toBeGreaterThan(3 * SECTIONS.length)
  })

  test("a question mark before one says that it is loaded only when asked for", () => {
    expect(matchSection("?tp/sched/sched_switch")).toMatchObject({
      autoload: false,
      target: "sched/sched_switch",
    })
    expect(matchSection("tp/sched/sched_switch")).toMatchObject({ autoload: true })
  })
})
