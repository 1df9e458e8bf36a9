// `skep run --linux`, as a process of its own.
import assert from "node:assert/strict"
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { describe, test } from "node:test"

const SKEP = "/skep/bin/skep.js"
const HELLO = "/skep/exhibits/hello/program.bpf.o"
const MESSAGES = ["tp_execve", "ksyscall_execve", "kprobe_exec", "fentry_exec", "tp_btf_exec", "raw_tp_exec"]

interface Report {
  readonly kernel: string
  readonly programs: readonly { readonly verification: string }[]
  readonly events: readonly { readonly value: { readonly message: string; readonly path: string } }[]
  readonly tracePipe: readonly string[]
  readonly maps: readonly {
    readonly name: string
    readonly entries: readonly { readonly value: unknown }[]
  }[]
}

function loadedPrograms(): string[] {
  const programs = JSON.parse(execFileSync("bpftool", ["-j", "prog", "show"], { encoding: "utf8" }))
  return (programs as { name: string }[]).map(({ name }) => name)
}

describe("skep run --linux", () => {
  test("runs a command with the programs attached, and reports as on the embedded kernel", () => {
    const args = ["run", "--linux", HELLO, "--json", "--", "/bin/busybox", "echo", "said"]
    const { status, stdout, stderr } = spawnSync(process.execPath, [SKEP, ...args], { encoding: "utf8" })
    assert.equal(status, 0, stderr)
    assert.match(stderr, /^said$/m)
    const report = JSON.parse(stdout) as Report
    assert.equal(report.kernel, "linux")
    assert.deepEqual(
      report.programs.map(({ verification }) => verification),
      Array(6).fill("verified"),
    )
    const own = report.events.filter(({ value }) => value.path === "/bin/busybox")
    assert.deepEqual(
      own.map(({ value }) => value.message),
      MESSAGES,
    )
    assert(report.tracePipe.some(line => line.includes("tp_execve: ctx->filename: /bin/busybox")))
    const runs = report.maps.find(({ name }) => name === "runs")
    assert.deepEqual(
      runs?.entries.map(({ value }) => value),
      Array(6).fill("1"),
    )
    assert(!loadedPrograms().includes("raw_tp_exec"))
  })

  test("shows records as they come until Ctrl-C, then detaches", async () => {
    const child = spawn(process.execPath, [SKEP, "run", "--linux", HELLO], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    const ended = once(child, "exit")
    let out = ""
    child.stdout.setEncoding("utf8").on("data", text => {
      out += text
    })
    const until = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(out)) await once(child.stdout, "data")
    }
    await until(/^events$/m)
    execFileSync("/bin/busybox", ["true"])
    await until(/output {2}pid=\d+ uid=0 command=\w+ path=\/bin\/busybox message=raw_tp_exec/)
    assert(loadedPrograms().includes("raw_tp_exec"))
    child.kill("SIGINT")
    assert.deepEqual(await ended, [0, null])
    assert.match(out, /^this machine's Linux 6\.\d+ \(6\.\S+\)$/m)
    assert.match(out, /\n\nmaps\n {2}runs \(array\)\n {4}0: [1-9]/)
    assert(!loadedPrograms().includes("raw_tp_exec"))
  })

  test("says what is wrong with a command that is not there", () => {
    const args = [SKEP, "run", "--linux", HELLO, "--", "/bin/nothing"]
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
    assert.equal(status, 2)
    assert.match(stderr, /^skep: cannot run \/bin\/nothing: .*ENOENT/)
    assert(!loadedPrograms().includes("raw_tp_exec"))
  })
})
