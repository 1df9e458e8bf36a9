// What kernels say to programs, as the checklist of the chapters asks for it (item numbers in brackets), on both
// captured releases. The messages are those that real 6.1 and 6.12 kernels gave.
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import {
  ATTACH_TYPES,
  type AttachTypeName,
  attachType,
  type Capability,
  type ProgramTypeName,
} from "../src/catalog/index.ts"
import { verify } from "../src/index.ts"
import { assemble } from "../src/isa/index.ts"
import {
  type BareProgram,
  type ObjectSpec,
  objectOfProgram,
  type ProgramSpec,
  readObject,
} from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import { findKernels, type ProgramReport, verifyAll } from "../src/verdict/index.ts"
import { readGolden, unpackNumbers } from "./catalog-oracle/contexts/read-golden.ts"

const RELEASES = ["6.1", "6.12"] as const

const fixture = (name: string) =>
  readObject(readFileSync(new URL(`../src/cli/verify/fixtures/${name}.bpf.o`, import.meta.url)), { name })
const calls = fixture("calls")
const network = fixture("network")

async function on(release: string, object: ObjectSpec, program: string): Promise<ProgramReport> {
  const report = await verify(object, { releases: [release], programs: [program] })
  return report.programs[program]![release]!
}

describe.each(RELEASES)("on Linux %s", release => {
  test("a packet context in a tracing program is refused (5)", async () => {
    const report = await on(release, calls, "packet_in_tracepoint")
    expect(report).toMatchObject({
      verdict: "reject",
      errno: "EACCES",
      message: "invalid bpf_context access off=0 size=4",
      source: { line: 34 },
    })
  })

  test("the first eight bytes of a tracepoint's record are refused (37)", async () => {
    const report = await on(release, calls, "common_fields")
    expect(report).toMatchObject({
      verdict: "reject",
      errno: "EACCES",
      message: "invalid bpf_context access off=4 size=4",
    })
    expect(report.explanation?.fix).toContain("common_pid")
  })

  test("a tp_btf program gets arguments, not the event's record (42)", async () => {
    const report = await on(release, calls, "record_of_tracepoint")
    expect(report).toMatchObject({ verdict: "reject", errno: "EACCES" })
    expect(report.details).toEqual([
      "func 'sched_process_exec' offset 12 is not multiple of 8",
      "invalid bpf_context access off=12 size=4",
    ])
    expect(report.explanation?.fix).toContain(
      "BPF_PROG(name, struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm)",
    )
    expect(await on(release, calls, "arguments_of_tracepoint")).toMatchObject({ verdict: "accept" })
  })

  test("attach types decide which members of a context may be read (78)", async () => {
    expect(await on(release, calls, "address6_in_connect4")).toMatchObject({
      verdict: "reject",
      message: "invalid bpf_context access off=8 size=4",
    })
    expect(await on(release, calls, "address6_in_connect6")).toMatchObject({ verdict: "accept" })
    expect(await on(release, calls, "source_in_create")).toMatchObject({
      verdict: "reject",
      message: "invalid bpf_context access off=24 size=4",
    })
    expect(await on(release, calls, "source_in_post_bind4")).toMatchObject({ verdict: "accept" })
  })

  test("a function that the compiler inlined is no target", async () => {
    expect(await on(release, calls, "inlined_function")).toMatchObject({
      verdict: "reject",
      errno: "ESRCH",
      message: "prog 'inlined_function': failed to find kernel BTF type ID of 'do_execve': -3",
    })
  })

  test("packets, maps and null pointers need their checks", async () => {
    expect(await on(release, network, "parse")).toMatchObject({ verdict: "accept" })
    expect(await on(release, network, "packet_unchecked")).toMatchObject({
      verdict: "reject",
      message: "R1 offset is outside of the packet",
      source: { line: 63 },
    })
    expect(await on(release, network, "null_unchecked")).toMatchObject({
      verdict: "reject",
      source: { line: 106 },
    })
  })
})

test("whether a program may call a helper depends on its type, and on the release (6)", async () => {
  expect(await on("6.1", calls, "pid_in_xdp")).toMatchObject({
    verdict: "reject",
    errno: "EINVAL",
    message: "unknown func bpf_get_current_pid_tgid#14",
    explanation: { needs: "xdp programs may call bpf_get_current_pid_tgid from 6.10 on" },
  })
  expect(await on("6.12", calls, "pid_in_xdp")).toMatchObject({ verdict: "accept" })
})

test("kfuncs are for the program types that they are registered for (11)", async () => {
  expect(await on("6.12", calls, "task_kept_well")).toMatchObject({ verdict: "accept" })
  const refused = await on("6.12", calls, "task_in_socket_filter")
  expect(refused).toMatchObject({
    verdict: "reject",
    errno: "EACCES",
    message: "calling kernel function bpf_task_from_pid is not allowed",
  })
  expect(refused.explanation?.since).toContain("bpf_task_from_pid came with Linux 6.2; for tracing, lsm")
})

test("kfuncs come and go with releases (12)", async () => {
  const { programs } = await verify(calls, { releases: RELEASES, programs: ["task_by_number"] })
  expect(programs.task_by_number!["6.1"]).toMatchObject({
    verdict: "reject",
    errno: "ESRCH",
    message:
      "prog 'task_by_number': extern (func ksym) 'bpf_task_from_pid': not found in kernel or module BTFs",
    explanation: { since: "bpf_task_from_pid came with Linux 6.2" },
  })
  expect(programs.task_by_number!["6.12"]).toMatchObject({ verdict: "accept" })
})

test("what a kfunc acquires must be checked and released, once (13)", async () => {
  const { programs } = await verify(calls, { releases: ["6.12"] })
  expect(programs.task_kept_well!["6.12"]).toMatchObject({ verdict: "accept" })
  expect(programs.task_not_released!["6.12"]).toMatchObject({
    verdict: "reject",
    errno: "EINVAL",
    message: "Unreleased reference id=2 alloc_insn=1",
    explanation: { rule: "reference-leak" },
  })
  expect(programs.task_not_checked!["6.12"]).toMatchObject({
    verdict: "reject",
    errno: "EACCES",
    message: "Possibly NULL pointer passed to trusted arg0",
    explanation: { rule: "null-argument" },
  })
  expect(programs.task_released_twice!["6.12"]).toMatchObject({ verdict: "reject", errno: "EINVAL" })
})

interface AttachGolden {
  readonly answers: Readonly<Record<string, string>>
}

describe.each(RELEASES)("BPF_PROG_LOAD of %s takes the attach types that the kernel takes (79):", release => {
  const { answers } = readGolden<AttachGolden>("attach", release)
  /** Types that attach to a function were asked with one each; the others stand on nothing. */
  const asked = Object.keys(answers).filter(name => name.endsWith(" -"))
  const template = network.programs.find(program => program.name === "parse")!

  test.each(asked)("%s", async name => {
    const type = name.split(" ")[0] as ProgramTypeName
    const kernel = unpackNumbers(answers[name]!)
    const profile = await loadBuiltinProfile(release)
    const ours: string[] = []
    const theirs: string[] = []
    for (const [number, errno] of kernel.entries()) {
      const row = attachType(number)
      if (!row) continue
      const attach = number === 0 ? undefined : (row.name as AttachTypeName)
      const [report] = verifyAll(network, [returningOne(template, type, attach)], profile, {})
      if (report?.message.includes("attach type")) ours.push(row.name)
      if (errno !== 0) theirs.push(row.name)
    }
    expect(kernel.length).toBeGreaterThan(40)
    expect(ours).toEqual(theirs)
  })

  test("of more than twenty program types", () => {
    expect(asked.length).toBeGreaterThan(20)
    expect(ATTACH_TYPES.length).toBeGreaterThan(50)
  })
})

/** The least program that there is, of any type and attach type. */
function returningOne(
  template: ProgramSpec,
  programType: ProgramTypeName,
  attach: AttachTypeName | undefined,
): ProgramSpec {
  const instructions = assemble("r0 = 1\nexit")
  return {
    ...template,
    definition: { ...template.definition!, programType, attachType: attach, attachTypeOptional: false },
    instructions,
    functions: [{ ...template.functions[0]!, length: instructions.length }],
    references: [],
    coreRelocations: [],
    lines: [],
    funcInfo: [],
  }
}

/** Objects of this repository, in folders with programs that load. */
const FOLDERS = ["test/kernel/programs", "src/object/fixtures", "src/embedded/fixtures", "exhibits/hello"]

test.each(FOLDERS)("every program of %s ends in a verdict", async folder => {
  const kernels = await findKernels(RELEASES)
  const root = new URL(`../${folder}/`, import.meta.url)
  const verdicts = readdirSync(root)
    .filter(name => name.endsWith(".bpf.o"))
    .flatMap(name => {
      const object = readObject(readFileSync(new URL(name, root)), { name })
      return kernels.flatMap(kernel => verifyAll(object, object.programs, kernel, {}))
    })
  expect(verdicts.length).toBeGreaterThan(0)
  for (const { program, verdict, message, explanation } of verdicts) {
    if (verdict !== "accept") expect(message, program).not.toBe("")
    if (verdict === "reject") expect(explanation, program).toBeDefined()
  }
})

test("releases without a profile are looked up, and never accepted", async () => {
  const { programs } = await verify(network, {
    releases: ["5.4", "6.6"],
    programs: ["parse", "socket_leaked"],
  })
  expect(programs.parse!["6.6"]).toMatchObject({ basis: "catalogue", verdict: "unsupported" })
  expect(programs.socket_leaked!["5.4"]).toMatchObject({ basis: "catalogue", verdict: "unsupported" })
})

test("names that there are not are named", async () => {
  await expect(verify(network, { programs: ["pars"] })).rejects.toThrow(/has no program 'pars'/)
  await expect(verify(network, { releases: ["9.9"] })).rejects.toThrow(/no Linux release '9.9'/)
})

test.each(RELEASES)(
  "what the loading process holds decides what loads, and how it is verified, on %s",
  async release => {
    const ask = async (
      options: Omit<BareProgram, "instructions">,
      code: string,
      capabilities?: Capability[],
    ) => {
      const object = objectOfProgram({ ...options, instructions: assemble(code) })
      const { programs } = await verify(object, {
        releases: [release],
        ...(capabilities && { capabilities }),
      })
      const [report] = Object.values(programs)
      const { verdict, errno, message } = report![release]!
      return verdict === "accept" ? verdict : `${errno} ${message}`
    }
    const filter = { type: "socket_filter" } as const
    const long = `${"r0 = 0\n".repeat(4096)}exit`
    expect(await ask(filter, long)).toBe("accept")
    expect(await ask(filter, long, ["CAP_BPF"])).toBe("accept")
    expect(await ask(filter, long, [])).toMatch(/^E2BIG .*Argument list too long/)
    expect(await ask({ type: "xdp" }, "r0 = 2\nexit", ["CAP_BPF"])).toMatch(
      /^EPERM .*Operation not permitted/,
    )
    expect(await ask({ type: "xdp" }, "r0 = 2\nexit", ["CAP_BPF", "CAP_NET_ADMIN"])).toBe("accept")
    const guess = "r1 = 0\nif r1 == 0 goto pc+1\nr0 = *(u64 *)(r1 +0)\nr0 = 0\nexit"
    expect(await ask(filter, guess, [])).toBe("EACCES R1 invalid mem access 'scalar'")
    expect(await ask(filter, guess, ["CAP_PERFMON"])).toBe("accept")
  },
)
