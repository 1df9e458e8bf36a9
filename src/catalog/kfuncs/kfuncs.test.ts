import { describe, expect, test } from "vitest"
import { kfunc } from "./index.ts"
import { type KfuncCaller, kfuncAllowed, kfuncGrantees } from "./kfunc-allowed.ts"
import { KFUNC_SETS } from "./kfunc-sets.ts"
import { KFUNCS } from "./kfuncs.ts"

describe("kfuncs", () => {
  test("names are unique", () => {
    expect(new Set(KFUNCS.map(row => row.name)).size).toBe(KFUNCS.length)
    expect(KFUNCS.length).toBeGreaterThan(300)
  })

  test("every set has rows", () => {
    const used = new Set<string>(KFUNCS.map(row => row.set))
    expect(Object.keys(KFUNC_SETS).filter(name => !used.has(name))).toEqual([])
  })

  test("the three kfuncs of an iterator come together, with their flags", () => {
    const flagged = (flag: string, suffix: string) =>
      KFUNCS.filter(row => (row.flags as readonly string[]).includes(flag)).map(row =>
        row.name.replace(suffix, ""),
      )
    expect(flagged("iterNext", "_next").sort()).toEqual(flagged("iterNew", "_new").sort())
    expect(flagged("iterDestroy", "_destroy").sort()).toEqual(flagged("iterNew", "_new").sort())
  })

  test("summaries are short phrases", () => {
    const odd = KFUNCS.filter(({ summary }) => !/^[\w][^.]{9,130}$/.test(summary))
    expect(odd.map(({ name, summary }) => `${name}: ${summary}`)).toEqual([])
  })

  test("a row is found by name", () => {
    expect(kfunc("bpf_task_acquire")?.flags).toEqual(["acquire", "retNull", "rcu"])
    expect(kfunc("bpf_no_such_thing")).toBeUndefined()
  })
})

describe("kfuncAllowed", () => {
  function answer(name: string, caller: KfuncCaller): string {
    const row = kfunc(name)
    if (!row) return "no such kfunc"
    const verdict = kfuncAllowed(row, caller)
    return verdict.allowed ? "yes" : verdict.refusal
  }

  test("goes by the release, in which kfuncs come and go", () => {
    expect(answer("bpf_task_acquire", { programType: "tracing", release: "6.1" })).toBe("unknown")
    expect(answer("bpf_task_acquire", { programType: "tracing", release: "6.2" })).toBe("yes")
    expect(answer("cgroup_rstat_flush", { programType: "tracing", release: "6.16", sleepable: true })).toBe(
      "unknown",
    )
  })

  test("goes by the program type, and by when it came to the hook", () => {
    expect(answer("bpf_task_acquire", { programType: "socket_filter", release: "6.12" })).toBe("program")
    expect(answer("bpf_task_acquire", { programType: "tracepoint", release: "6.11" })).toBe("program")
    expect(answer("bpf_task_acquire", { programType: "tracepoint", release: "6.12" })).toBe("yes")
  })

  test("goes by the attach type", () => {
    const caller = { programType: "kprobe", release: "6.12" } as const
    expect(answer("bpf_session_cookie", { ...caller, attachType: "trace_kprobe_session" })).toBe("yes")
    expect(answer("bpf_session_cookie", { ...caller, attachType: "trace_kprobe_multi" })).toBe("program")
  })

  test("goes by sleepable", () => {
    const caller = { programType: "lsm", release: "6.12" } as const
    expect(answer("bpf_get_file_xattr", caller)).toBe("sleepable")
    expect(answer("bpf_get_file_xattr", { ...caller, sleepable: true })).toBe("yes")
  })

  test("gives an extension what the program has whose function it replaces", () => {
    const caller = { programType: "ext", release: "6.12", extended: { programType: "xdp" } } as const
    expect(answer("bpf_dynptr_from_xdp", caller)).toBe("yes")
    expect(answer("bpf_dynptr_from_skb", caller)).toBe("program")
  })
})

describe("kfuncGrantees", () => {
  test("tells which program types may call a kfunc, and from when on", () => {
    const row = kfunc("bpf_crypto_encrypt")
    expect(row && kfuncGrantees(row)).toEqual([
      { programType: "sched_cls", since: "6.10", attachTypes: undefined },
      { programType: "sched_act", since: "6.10", attachTypes: undefined },
      { programType: "xdp", since: "6.10", attachTypes: undefined },
    ])
    const common = kfunc("bpf_rcu_read_lock")
    expect(common && kfuncGrantees(common)).toEqual([
      { programType: "every", since: "6.2", attachTypes: undefined },
    ])
  })
})
