import { describe, expect, test } from "vitest"
import { HELPERS } from "./helpers.ts"
import { formatPrototype, HELPER_PROTOTYPES, helperPrototype } from "./prototype.ts"
import type { HelperArgument } from "./prototype-kinds.ts"

/** Every list of arguments of every helper, those of variants included. */
const LISTS = HELPER_PROTOTYPES.flatMap(({ name, arguments: common, variants = [] }) =>
  [common, ...variants.map(variant => variant.arguments ?? common)].map(list => ({ name, list })),
)

/** The names of helpers with a list of arguments in which some argument breaks a rule. */
function breaking(rule: (argument: HelperArgument, list: readonly HelperArgument[], at: number) => boolean) {
  return LISTS.filter(({ list }) => !list.every((argument, at) => rule(argument, list, at))).map(
    ({ name }) => name,
  )
}

describe("prototypes of helpers", () => {
  test("every helper has one", () => {
    expect(HELPER_PROTOTYPES.map(row => row.name).sort()).toEqual(HELPERS.map(row => row.name).sort())
  })

  test("none has more than five arguments", () => {
    expect(LISTS.filter(({ list }) => list.length > 5)).toEqual([])
  })

  test("a size follows the memory whose length it is", () => {
    const sizes = ["size", "sizeOrZero"]
    expect(
      breaking(({ kind }, list, at) => !sizes.includes(kind) || list[at - 1]?.kind === "memory"),
    ).toEqual([])
  })

  test("memory has a fixed size, or its size after it", () => {
    const sized = (list: readonly HelperArgument[], at: number) =>
      list[at + 1]?.kind.startsWith("size") === true
    expect(
      breaking(({ kind, size }, list, at) => kind !== "memory" || (size !== undefined) !== sized(list, at)),
    ).toEqual([])
  })

  test("memory, values and dynptrs say how they are used, and nothing else does", () => {
    const used = ["memory", "mapValue", "dynptr"]
    const says = ({ access, release }: HelperArgument) => access !== undefined || release === true
    expect(breaking(argument => !used.includes(argument.kind) || says(argument))).toEqual([])
    expect(breaking(({ kind, access }) => access === undefined || used.includes(kind))).toEqual([])
  })

  test("keys and values of a map come with the map before them", () => {
    const ofMap = (list: readonly HelperArgument[], at: number) =>
      list.slice(0, at).some(({ kind }) => kind === "mapPointer")
    expect(
      breaking(({ kind }, list, at) => !["mapKey", "mapValue"].includes(kind) || ofMap(list, at)),
    ).toEqual([])
  })

  test("kernel objects have their type", () => {
    expect(breaking(({ kind, type }) => (kind === "btfPointer") === (type !== undefined))).toEqual([])
    const results = HELPER_PROTOTYPES.filter(
      ({ returns }) => (returns.kind === "btfPointer") !== (returns.type !== undefined),
    )
    expect(results).toEqual([])
  })

  test("a helper that changes packets takes the context first", () => {
    const changing = HELPER_PROTOTYPES.filter(row => row.packetChanging)
    expect(changing.length).toBe(23)
    expect(changing.filter(row => row.arguments[0]?.kind !== "context")).toEqual([])
  })

  test("summaries are short phrases", () => {
    const odd = HELPER_PROTOTYPES.filter(({ summary }) => !/^[a-z][^.]{10,110}$/.test(summary))
    expect(odd.map(({ name, summary }) => `${name}: ${summary}`)).toEqual([])
  })

  test("each variant changes something", () => {
    const idle = HELPER_PROTOTYPES.filter(({ variants = [], ...row }) =>
      variants.some(({ when: _, ...change }) =>
        Object.entries(change).every(
          ([key, value]) =>
            JSON.stringify((row as Record<string, unknown>)[key] ?? false) === JSON.stringify(value),
        ),
      ),
    )
    expect(idle.map(row => row.name)).toEqual([])
  })
})

describe("helperPrototype", () => {
  test("gives the common form where no variant fits", () => {
    expect(helperPrototype("bpf_get_socket_cookie")?.arguments[0]?.kind).toBe("context")
    expect(helperPrototype("bpf_get_socket_cookie", { programType: "xdp" })?.arguments[0]?.kind).toBe(
      "context",
    )
  })

  test("gives the variant of the program type", () => {
    expect(helperPrototype("bpf_get_socket_cookie", { programType: "tracing" })?.arguments[0]).toMatchObject({
      kind: "btfSocketCommon",
      nullable: true,
    })
    expect(helperPrototype("bpf_get_cgroup_classid", { programType: "sk_msg" })?.arguments).toEqual([])
  })

  test("gives the variant of the attach type and of sleepable programs", () => {
    const kprobe = { programType: "kprobe" } as const
    expect(helperPrototype("bpf_get_func_ip", kprobe)?.gplOnly).toBe(true)
    expect(helperPrototype("bpf_get_func_ip", { ...kprobe, attachType: "trace_kprobe_multi" })?.gplOnly).toBe(
      false,
    )
    expect(helperPrototype("bpf_get_stack", kprobe)?.mightSleep).toBe(false)
    expect(helperPrototype("bpf_get_stack", { ...kprobe, sleepable: true })?.mightSleep).toBe(true)
  })

  test("knows no other names", () => {
    expect(helperPrototype("bpf_no_such_thing")).toBeUndefined()
  })
})

describe("formatPrototype", () => {
  test.each([
    ["bpf_map_lookup_elem", "void *bpf_map_lookup_elem(struct bpf_map *map, const void *key)"],
    ["bpf_ktime_get_ns", "u64 bpf_ktime_get_ns(void)"],
    ["bpf_trace_printk", "long bpf_trace_printk(const char *fmt, u32 fmt_size, ...)"],
    ["bpf_get_branch_snapshot", "long bpf_get_branch_snapshot(void *entries, u32 size, u64 flags)"],
  ])("prints %s as C", (name, text) => {
    const prototype = helperPrototype(name)
    expect(prototype && formatPrototype(prototype)).toBe(text)
  })
})
