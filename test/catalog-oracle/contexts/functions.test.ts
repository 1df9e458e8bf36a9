// What programs find in the arguments of every tracepoint and every LSM hook of two kernels, and what each
// hook takes.
import { beforeAll, describe, expect, test } from "vitest"
import type { Btf } from "../../../src/btf/index.ts"
import {
  type ContextQuestion,
  contextAccess,
  type FunctionSignature,
  lsmHook,
  returnRule,
} from "../../../src/catalog/details.ts"
import { loadBuiltinProfile } from "../../../src/profile/node.ts"
import { RELEASES, readGolden } from "./read-golden.ts"
import { functionSignature, tracepointTarget } from "./signature-of.ts"

interface GroupedGolden {
  /** What the kernel says, and of which names, blanks between. */
  readonly rows: readonly (readonly [string, string])[]
}

describe.each(RELEASES)("%s", release => {
  let btf: Btf
  beforeAll(async () => {
    btf = (await loadBuiltinProfile(release)).btf()
  })

  test("arguments of every tracepoint", () => {
    const disagreements: string[] = []
    let count = 0
    for (const [row, names] of readGolden<GroupedGolden>("tracepoints", release).rows)
      for (const name of names.split(" ")) {
        const ours = argumentsOf(
          { programType: "tracing", attachType: "trace_raw_tp", release },
          tracepointTarget(btf, name, release),
        )
        if (ours !== row) disagreements.push(`${name}: kernel ${row}, ours ${ours}`)
        count++
      }
    expect(disagreements).toEqual([])
    expect(count).toBeGreaterThan(600)
  })

  test("every LSM hook", () => {
    const disagreements: string[] = []
    let count = 0
    for (const [row, names] of readGolden<GroupedGolden>("hooks", release).rows)
      for (const name of names.split(" ")) {
        if (NOT_HOOKS.has(name)) continue
        const ours = hookRow(name)
        if (ours !== row) disagreements.push(`${name}: kernel ${row}, ours ${ours}`)
        count++
      }
    expect(disagreements).toEqual([])
    expect(count).toBeGreaterThan(200)
  })

  function hookRow(name: string): string {
    const facts = lsmHook(name, release)
    if (facts.disabled) return "0000 000 ------------"
    const target = functionSignature(btf, `bpf_lsm_${name}`)
    const isVoid = target.result === undefined
    const rule = (attachType: "lsm_mac" | "lsm_cgroup") =>
      returnRule({ programType: "lsm", attachType, release, target: { name: target.name, isVoid } })
    const returns = (attachType: "lsm_mac" | "lsm_cgroup", value: number) => {
      const held = rule(attachType)
      return held.kind === "range" ? digit(value >= held.minimum && value <= held.maximum) : "1"
    }
    const loads = `1${digit(facts.sleepable)}${returns("lsm_cgroup", 0)}${returns("lsm_cgroup", 1)}`
    const values = [-4096, -4095, 1].map(value => returns("lsm_mac", value)).join("")
    return `${loads} ${values} ${argumentsOf({ programType: "lsm", attachType: "lsm_mac", release }, target)}`
  }
})

/** Functions of the kernel's own that start with bpf_lsm_. */
const NOT_HOOKS = new Set([
  "find_cgroup_shim",
  "func_proto",
  "get_retval_range",
  "init",
  "is_sleepable_hook",
  "is_trusted",
  "verify_prog",
])

const digit = (yes: boolean) => (yes ? "1" : "0")

/**
 * A letter for each argument: s scalar, p pointer, t trusted, capitals where it may be null, - for what is
 * not to be read.
 */
function argumentsOf(
  asked: Pick<ContextQuestion, "programType" | "attachType" | "release">,
  target: FunctionSignature,
): string {
  let letters = ""
  for (let at = 0; at < 12; at++) {
    const answer = contextAccess({ ...asked, target, offset: at * 8, size: 8, access: "read" })
    if (!answer.allowed) {
      if (answer.log.some(line => line.includes("doesn't have"))) break
      letters += "-"
    } else if (answer.value?.kind === "structure") {
      const letter = answer.value.trusted ? "t" : "p"
      letters += answer.value.orNull ? letter.toUpperCase() : letter
    } else letters += "s"
  }
  return letters
}
