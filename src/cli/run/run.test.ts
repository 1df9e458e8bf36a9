import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { runSkep } from "../testing.ts"

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const hello = path("../../../exhibits/hello/program.bpf.o")
const hostile = path("../../embedded/fixtures/hostile.bpf.o")
const absent = path("fixtures/absent.bpf.o")
const watch = path("fixtures/watch-unlink.bpf.o")

interface Report {
  readonly programs: readonly {
    readonly name: string
    readonly runs: number
    readonly verification: string
    readonly verifiedInstructions?: number
  }[]
  readonly events: readonly { readonly map: string; readonly value: Record<string, unknown> }[]
  readonly tracePipe: readonly string[]
  readonly maps: readonly {
    readonly name: string
    readonly entries: readonly { key: unknown; value: unknown }[]
  }[]
}

async function runJson(...args: string[]): Promise<Report> {
  const { status, out, err } = await runSkep("run", "--json", ...args)
  expect([status, err]).toEqual([0, ""])
  return JSON.parse(out) as Report
}

describe("skep run of the hello exhibit", () => {
  test("reports one exec six times, in the kernel's order", async () => {
    const { events, programs, maps } = await runJson(hello)
    expect(events.map(event => event.value)).toEqual([
      { pid: 101, uid: 0, command: "sh", path: "/bin/true", message: "tp_execve" },
      { pid: 101, uid: 0, command: "sh", path: "/bin/true", message: "ksyscall_execve" },
      { pid: 101, uid: 0, command: "sh", path: "/bin/true", message: "kprobe_exec" },
      { pid: 101, uid: 0, command: "sh", path: "/bin/true", message: "fentry_exec" },
      { pid: 101, uid: 0, command: "true", path: "/bin/true", message: "tp_btf_exec" },
      { pid: 101, uid: 0, command: "true", path: "/bin/true", message: "raw_tp_exec" },
    ])
    expect(programs.map(program => program.runs)).toEqual([1, 1, 1, 1, 1, 1])
    expect(maps.find(map => map.name === "runs")?.entries.map(entry => entry.value)).toEqual(
      Array(6).fill("1"),
    )
  })

  test("prints the trace pipe as the kernel does", async () => {
    const { tracePipe } = await runJson(hello)
    expect(tracePipe[0]).toMatch(
      /^ {14}sh-101 {5}\[000\] \.\.\.21 {4}10\.\d{6}: bpf_trace_printk: tp_execve: ctx->filename: \/bin\/true$/,
    )
    expect(tracePipe).toHaveLength(6)
  })

  test("says what the verifier saw, and never that of a program that it did not", async () => {
    const { programs } = await runJson(hello)
    expect(new Set(programs.map(program => program.verification))).toEqual(new Set(["verified"]))
    for (const { verifiedInstructions } of programs) expect(verifiedInstructions).toBeGreaterThan(50)
    const { status, out, err } = await runSkep("run", "--json", "--no-verify", hello)
    const report = JSON.parse(out) as Report
    expect([status, err]).toEqual([0, expect.stringContaining("the programs are not verified")])
    expect(new Set(report.programs.map(program => program.verification))).toEqual(new Set(["not verified"]))
  })

  test("--only loads just the named programs", async () => {
    const { programs, events } = await runJson(hello, "--only", "raw_tp_exec", "tp_execve")
    expect(programs.map(program => program.name)).toEqual(["tp_execve", "raw_tp_exec"])
    expect(events.map(event => event.value.message)).toEqual(["tp_execve", "raw_tp_exec"])
  })

  test("is the same in text", async () => {
    const { status, out } = await runSkep("run", hello, "--release", "6.1")
    expect(status).toBe(0)
    expect(out).toMatch(/^embedded kernel 6\.1 \(6\.1\.0-\d+-cloud-amd64\)\n/)
    expect(out).toContain("  map     pid  uid  command  path       message\n")
    expect(out).toContain("  output  101  0    true     /bin/true  raw_tp_exec\n")
  })

  test("runs on every built-in release", async () => {
    for (const release of ["5.15", "6.1", "6.12"])
      expect((await runJson(hello, "--release", release)).events).toHaveLength(6)
  })
})

describe("a scenario", () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "skep-run-"))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  function scenario(name: string, text: string): string {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  }

  test("decides what happens; maps and globals show what the program counted", async () => {
    const file = scenario(
      "remove.mjs",
      `export default async ({ world }) => {
        const user = world.spawn({ uid: 1000 })
        user.open("/tmp/a", { create: true })
        user.unlink("/tmp/a")
        user.unlink("/tmp/absent")
        user.exit()
      }`,
    )
    const { events, maps } = await runJson(watch, "--scenario", file)
    expect(events.map(event => event.value)).toEqual([
      { pid: 101, uid: 1000, result: "0", path: "/tmp/a" },
      { pid: 101, uid: 1000, result: "-2", path: "/tmp/absent" },
    ])
    const entries = (name: string): unknown => maps.find(map => map.name.endsWith(name))?.entries
    expect(entries("by_user")).toEqual([{ key: 1000, value: "2" }])
    expect(entries("total")).toEqual([{ key: 0, value: ["2", "0"] }])
    expect(entries(".bss")).toEqual([{ key: 0, value: { removal_type: "0", failures: "1" } }])
  })

  test("without a function as default export is wrong usage", async () => {
    const { status, err } = await runSkep(
      "run",
      hello,
      "--scenario",
      scenario("none.mjs", "export const x = 1"),
    )
    expect(status).toBe(2)
    expect(err).toContain("its default export is no function")
  })

  test("that fails is named with the place in its file", async () => {
    const file = scenario(
      "mistyped.mjs",
      `export default async ({ world }) => {\n  await world.exce("/bin/true")\n}`,
    )
    const { status, out, err } = await runSkep("run", hello, "--scenario", file)
    expect([status, out]).toEqual([1, ""])
    expect(err).toBe(`skep: scenario ${file}:2:15: TypeError: world.exce is not a function\n`)
  })

  test("that does not exist is wrong usage", async () => {
    expect((await runSkep("run", hello, "--scenario", join(folder, "nowhere.mjs"))).status).toBe(2)
  })
})

// Words of libbpf and errno texts of Linux; see test/ground-truth and the messages of `bpf_program__attach`.
describe("a place that is not there", () => {
  test.each([
    [
      "kprobe_execve",
      "failed to create kprobe 'do_execve+0x0' perf event: No such file or directory",
      "do_execveat_common.isra.0",
    ],
    ["fentry_execve", "failed to find kernel BTF type ID of 'do_execve': -3", "do_execveat_common.isra.0"],
    ["kprobe_mistyped", "'do_unlnkat+0x0' perf event: No such file or directory", "nearest: do_unlinkat"],
    [
      "kprobe_ambiguous",
      "'load_elf_binary+0x0' perf event: Cannot assign requested address",
      "more than one function",
    ],
    [
      "kprobe_inside",
      "'do_unlinkat+0x7' perf event: Invalid or incomplete",
      "no instruction that begins there",
    ],
    ["kretprobe_offset", "kretprobes do not support offset specification", "write kretprobe/do_unlinkat"],
    ["kprobe_blacklisted", "'asm_exc_int3+0x0' perf event: Invalid argument", "blacklist"],
    [
      "tp_absent",
      "tracepoint 'syscalls/sys_enter_exec' perf event ID: No such file or directory",
      "sys_enter_execve",
    ],
    [
      "tp_wrong_category",
      "tracepoint 'task/sched_process_exec' perf event ID",
      "did you mean sched/sched_process_exec?",
    ],
    [
      "raw_tp_with_category",
      "raw tracepoint 'sched/sched_process_exec': No such file or directory",
      "without their category",
    ],
    ["tp_btf_absent", "failed to find kernel BTF type ID of 'sched_process_exce': -3", "sched_process_exec"],
    ["uprobe_slash", "missing ':function[+offset]' specification", "libc.so.6:getpid"],
    ["unknown_section", "missing BPF prog type, check ELF section name 'made/up'", "section names decide"],
    ["nosuch", "has no program 'nosuch'", "its programs: kprobe_execve"],
  ])("%s fails with its reason and a hint", async (program, message, hint) => {
    const { status, out, err } = await runSkep("run", absent, "--only", program)
    expect([status, out]).toEqual([1, ""])
    expect(err).toContain(message)
    expect(err).toContain(hint)
  })

  test("do_execve is a function of the hand-made 5.15", async () => {
    const { status, out } = await runSkep(
      "run",
      absent,
      "--release",
      "5.15",
      "--only",
      "kprobe_execve",
      "fentry_execve",
    )
    expect(status).toBe(0)
    expect(out).toContain("hand-made profile")
    expect(out.match(/ran once/g)).toHaveLength(2)
  })

  test("a perf event that nobody named is no place: the program loads and stays unattached", async () => {
    const { status, out } = await runSkep("run", absent, "--only", "perf_sample")
    expect(status).toBe(0)
    expect(out).toMatch(/perf_sample +perf_event +not attached +ran 0 times +verified/)
  })

  test("a function that nothing calls attaches with a note", async () => {
    const { status, out } = await runSkep("run", absent, "--only", "kprobe_not_modelled")
    expect(status).toBe(0)
    expect(out).toContain("nothing in the embedded kernel calls vfs_fsync yet")
  })
})

describe("a program that the verifier refuses", () => {
  test("ends the run with the kernel's words and the end of its log", async () => {
    const { status, out, err } = await runSkep("run", hostile, "--only", "wild_load")
    expect([status, out]).toEqual([1, ""])
    expect(err).toMatch(
      /^skep: prog 'wild_load': BPF program load failed: Permission denied: R\d invalid mem access 'scalar' \(.*hostile\.bpf\.c:29: /,
    )
    expect(err).toMatch(
      /\n {2}the verifier's log \(.*\):\n( {4}.*\n)* {4}R\d invalid mem access 'scalar'\n {4}processed \d+ insns/,
    )
  })

  test("runs with --no-verify until the engine stops it", async () => {
    const { status, err } = await runSkep("run", hostile, "--only", "wild_load", "--no-verify")
    expect(status).toBe(1)
    expect(err).toMatch(/^skep: warning: the programs are not verified: /)
    expect(err).toMatch(/\nskep: prog 'wild_load': instruction \d+: .*load of 4 bytes outside/)
  })

  test("is never asked of the machine's own kernel to be run", async () => {
    const { status, err } = await runSkep("run", hostile, "--linux", "--no-verify")
    expect([status, err]).toEqual([2, expect.stringContaining("--no-verify has no meaning here")])
  })
})

describe("wrong words", () => {
  test.each([
    [["run"], 2, "missing required argument"],
    [["run", hello, "--format", "xml"], 2, "--format is text or json, not 'xml'"],
    [["run", hello, "--relaese", "6.1"], 2, "Did you mean --release?"],
    [["run", join(tmpdir(), "no-such-object.o")], 1, "No such file or directory (ENOENT)"],
    [["run", tmpdir()], 1, "Is a directory (EISDIR)"],
    [["run", path("run.test.ts")], 1, "ELF"],
    [["run", hello, "--release", "2.6"], 1, "built in: 5.15, 6.1, 6.12"],
    [["rnu", hello], 2, "did you mean run?"],
  ])("skep %j ends with status %d", async (args, status, text) => {
    const ran = await runSkep(...args)
    expect(ran.err).toContain(text)
    expect(ran.status).toBe(status)
  })
})
