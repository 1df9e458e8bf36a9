import assert from "node:assert/strict"
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { release as unameRelease } from "node:os"
import { after, before, describe, test } from "node:test"
import { HELPERS, isSince, MAP_TYPES, PROGRAM_TYPES, type ProgramTypeName } from "skep/catalog"
import { type HelperCaller, helperAllowed } from "skep/catalog/details"
import { bpftool, json, type Ran, skep } from "./compare.ts"

const release = process.env.SKEP_KERNEL as string
const CONFIG = `/boot/config-${unameRelease()}`
const DISABLED = "/proc/sys/kernel/unprivileged_bpf_disabled"

/** bpftool 7.1 asks for nothing that came later. */
const ITS_RELEASE = "6.1"
const isLater = ({ since }: { readonly since: string | undefined }): boolean => !isSince(since, ITS_RELEASE)
const LATER_PROGRAMS = PROGRAM_TYPES.filter(isLater).map(({ name }) => name as string)
const LATER_MAPS = MAP_TYPES.filter(isLater).map(({ name }) => name as string)
const LATER_HELPERS = HELPERS.filter(isLater).map(({ name }) => name as string)
/** It misreads how the verifier refuses helpers since 6.11, and takes all of them for available. */
const readsHelpers = !isSince("6.11", release)

type Features = Record<string, Record<string, unknown>>

/** What bpftool can know of an answer. */
function itsPart(features: Features): Features {
  const isIts = (key: string): boolean =>
    !LATER_PROGRAMS.some(name => key === `have_${name}_prog_type` || key === `${name}_available_helpers`) &&
    !LATER_MAPS.some(name => key === `have_${name}_map_type`)
  const entries = Object.entries(features).map(([section, answers]) => {
    const kept = Object.entries(answers)
      .filter(([key]) => isIts(key))
      .map(([key, value]) => [key, Array.isArray(value) ? itsHelpers(value as string[]) : value])
    return [section, Object.fromEntries(kept)]
  })
  return Object.fromEntries(entries) as Features
}

function itsHelpers(names: readonly string[]): readonly string[] {
  return readsHelpers ? names.filter(name => !LATER_HELPERS.includes(name)) : []
}

/** The same of text and macros, line by line. */
function itsLines(text: string): string[] {
  let isLaterType = false
  return text.split("\n").filter(line => {
    const [, type] = /^eBPF helpers supported for program type (\w+):/.exec(line) ?? []
    if (type !== undefined || line === "") isLaterType = type !== undefined && LATER_PROGRAMS.includes(type)
    const [, macroType = "", macroHelper] = /BPF__PROG_TYPE_(\w+?)__HELPER_(bpf_\w+) /.exec(line) ?? []
    const helper = /^\t- (\w+)/.exec(line)?.[1] ?? macroHelper
    if (isLaterType || LATER_PROGRAMS.includes(macroType)) return false
    if (helper !== undefined) return readsHelpers && !LATER_HELPERS.includes(helper)
    const name =
      /(?:program_type|map_type) (\w+)/.exec(line)?.[1] ?? /HAVE_(\w+)_(?:PROG|MAP)_TYPE$/.exec(line)?.[1]
    return name === undefined || ![...LATER_PROGRAMS, ...LATER_MAPS].includes(name.toLowerCase())
  })
}

/**
 * bpftool takes the errno of an earlier load for that of a type which loads, and says that who is not privileged may not
 * use cgroup_skb.
 */
function withoutSkb(lines: readonly string[], isOpen: boolean): string[] {
  if (!isOpen) return [...lines]
  const start = lines.indexOf("eBPF helpers supported for program type cgroup_skb:")
  const next = lines.indexOf("eBPF helpers supported for program type cgroup_sock:")
  return lines.filter(
    (line, index) => !(index > start && index < next) && !/cgroup_skb|CGROUP_SKB_PROG_TYPE/.test(line),
  )
}

async function both(...args: string[]): Promise<{ readonly given: Ran; readonly wanted: Ran }> {
  const [given, wanted] = [await skep(...args), bpftool(...args)]
  assert.equal(given.status, 0, given.err)
  assert.equal(wanted.status, 0, wanted.err)
  return { given, wanted }
}

/** What a program that asks for helpers of a type is. */
function caller(programType: ProgramTypeName, options: ReadonlySet<string>): HelperCaller {
  const attachType = (
    { cgroup_sock_addr: "cgroup_inet4_connect", cgroup_sockopt: "cgroup_getsockopt" } as const
  )[programType as string as "cgroup_sock_addr"]
  return {
    programType,
    release,
    sleepable: programType === "syscall",
    config: option => options.has(option),
    ...(attachType && { attachType }),
  }
}

describe("feature probe asks the kernel as bpftool does", () => {
  before(() => {
    mkdirSync("/boot", { recursive: true })
    symlinkSync("/skep/test/config", CONFIG)
  })
  after(() => rmSync(CONFIG))

  test("everything, with the helpers of every program type", async () => {
    const { given, wanted } = await both("-j", "feature", "probe", "full")
    const [ours, theirs] = [given, wanted].map(({ out }) => JSON.parse(out) as Features)
    assert.deepEqual(itsPart(ours!), itsPart(theirs!))
    const wrong: string[] = []
    const options = new Set(readFileSync(CONFIG, "latin1").match(/^CONFIG_\w+(?==)/gm))
    for (const { name } of PROGRAM_TYPES) {
      const listed = ours!.helpers![`${name}_available_helpers`] as string[]
      const isAsked =
        ours!.program_types![`have_${name}_prog_type`] === true &&
        !["tracing", "struct_ops", "ext", "lsm"].includes(name)
      const by = caller(name, options)
      for (const { name: helper } of HELPERS) {
        const verdict = helperAllowed(helper, by)
        const isKnown = verdict.allowed || !["unknown", "program"].includes(verdict.refusal)
        if (listed.includes(helper) !== (isAsked && isKnown)) wrong.push(`${name}: ${helper}`)
      }
    }
    assert.deepEqual(wrong, [], "against the catalogue, which knows what each kernel allows")
  })

  test("without privileges, where the kernel lets anybody load and where not", async () => {
    const before = readFileSync(DISABLED, "latin1")
    for (const value of ["0", "2"]) {
      writeFileSync(DISABLED, value)
      const isOpen = value === "0"
      for (const words of ["feature probe unprivileged", "f p kernel unprivileged macros prefix MY_"]) {
        const { given, wanted } = await both(...words.split(" "))
        const [ours, theirs] = [given, wanted].map(({ out }) => withoutSkb(itsLines(out), isOpen))
        assert.deepEqual(ours, theirs, words)
      }
      const features = await json<Features>("feature", "probe", "unprivileged")
      const types = Object.entries(features.program_types!).filter(([, isThere]) => isThere)
      const open = ["have_socket_filter_prog_type", "have_cgroup_skb_prog_type"]
      assert.deepEqual(
        types.map(([name]) => name),
        isOpen ? open : [],
      )
    }
    writeFileSync(DISABLED, before)
    const own = await json<{ flags: number }[]>("map", "show")
    assert(Array.isArray(own), "privileges are back")
  })

  test("of a device, in every form", async () => {
    for (const words of [
      "feature probe dev lo",
      "-j feature probe dev lo",
      "-p feature probe dev lo",
      "feature probe dev lo macros",
    ]) {
      const { given, wanted } = await both(...words.split(" "))
      assert.deepEqual(itsLines(given.out), itsLines(wanted.out), words)
    }
  })

  test("wrong words are refused as there", async () => {
    for (const words of [
      "feature probe kernel dev lo",
      "feature probe prefix x",
      "feature probe macros prefix a prefix b",
      "feature probe macros macros",
      "feature probe foo",
      "feature probe dev",
      "feature foo",
    ]) {
      const { status, err } = await skep(...words.split(" "))
      assert.equal(status, 2, words)
      assert.match(err, /^skep: .+\n {2}hint: /)
      assert.equal(bpftool(...words.split(" ")).status, 255, words)
    }
    const { status, err } = await skep("feature", "probe", "dev", "nowhere")
    assert.equal(status, 1)
    assert.match(err, /nowhere.*(ENODEV)/)
  })
})
