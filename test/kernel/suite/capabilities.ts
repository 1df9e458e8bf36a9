import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { describe, test } from "node:test"
import { type Capability, isSince, missingToLoad, PROGRAM_TYPES } from "skep/catalog"

/** What a process with these capabilities alone got, by program type: "ok", or errno and hint. */
type Answers = Readonly<Record<string, { readonly errno?: string; readonly hint?: string }>>

const HELD: readonly (readonly Capability[])[] = [
  [],
  ["CAP_BPF"],
  ["CAP_BPF", "CAP_PERFMON"],
  ["CAP_BPF", "CAP_NET_ADMIN"],
  ["CAP_SYS_ADMIN"],
]
/** Names of capabilities as setpriv(1) has them. */
const SETPRIV = {
  CAP_BPF: "bpf",
  CAP_PERFMON: "perfmon",
  CAP_NET_ADMIN: "net_admin",
  CAP_SYS_ADMIN: "sys_admin",
} as const

/** Root holds what the bounding set leaves it. */
function ask(held: readonly Capability[]): Answers {
  const bounding = ["-all", ...held.map(capability => `+${SETPRIV[capability]}`)].join(",")
  const script = new URL("load-each-type.js", import.meta.url).pathname
  const args = ["--bounding-set", bounding, "--inh-caps", "-all", process.execPath, script]
  return JSON.parse(execFileSync("/usr/bin/setpriv", args, { encoding: "utf8" })) as Answers
}

describe("a load without the capabilities that its type needs", () => {
  const release = process.env.SKEP_KERNEL as string
  for (const held of HELD)
    test(`with ${held.length === 0 ? "none" : held.join(" and ")} succeeds or names what is missing`, () => {
      const answers = ask(held)
      const wrong: string[] = []
      for (const { name, since } of PROGRAM_TYPES) {
        const answer = answers[name]
        if (!answer) continue
        const missing = missingToLoad({
          programType: name,
          release,
          capabilities: new Set(held),
          unprivilegedDisabled: true,
        })
        const expected = missing.length > 0 ? "EPERM" : undefined
        if (answer.errno === "EINVAL" && !isSince(since, release)) continue
        if (answer.errno !== expected)
          wrong.push(`${name}: ${answer.errno ?? "loaded"}, not ${expected ?? "loaded"}`)
        else if (expected && !missing.every(capability => answer.hint?.includes(capability)))
          wrong.push(`${name}: the hint does not name ${missing.join(", ")}: ${answer.hint}`)
      }
      assert.deepEqual(wrong, [])
      assert.ok(Object.keys(answers).length > 25)
    })
})
