import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { describe, test } from "node:test"
import { bpftool, run, skep } from "./compare.ts"

describe("commands on the real kernel", () => {
  for (const words of [
    "prog shew",
    "prog show nobody",
    "prog show id x",
    "prog dump x",
    "map lookup id x",
    "map create",
    "map create /sys/fs/bpf/x type hush key 4",
    "link show name x",
    "cgroup show",
    "cgroup attach /sys/fs/cgroup nowhere name x",
    "btf dump nothing 1",
    "perf show me",
  ])
    test(`${words}: wrong usage has status 2, a reason and a hint`, async () => {
      const { status, err, out } = await skep(...words.split(" "))
      assert.equal(status, 2, err)
      assert.equal(out, "")
      assert.match(err, /^skep: .+\n {2}hint: /)
      assert.equal(bpftool(...words.split(" ")).status, words === "perf show me" ? 0 : 255)
    })

  test("what is not there fails with status 1 and the kernel's errno", async () => {
    for (const words of ["prog show id 99999", "map dump id 99999", "link show id 99999"]) {
      const { status, err } = await skep(...words.split(" "))
      assert.equal(status, 1)
      assert.match(err, /ENOENT/)
      const failed = await skep("-j", ...words.split(" "))
      assert.equal(failed.status, 1)
      assert.match((JSON.parse(failed.out) as { error: string }).error, /99999/)
    }
  })

  test("without --linux they say what to do", async () => {
    const { status, err } = await run("prog", "show")
    assert.equal(status, 1)
    assert.match(err, /does not keep objects between commands\n {2}hint: say --linux/)
  })

  test("--strace names the calls that strace sees", () => {
    const object = "/skep/test/programs/commands.bpf.o"
    const args = ["/skep/bin/skep.js", "--linux", "--strace", "prog", "loadall", object, "/sys/fs/bpf/traced"]
    const strace = [
      "-f",
      "--seccomp-bpf",
      "-qq",
      "-e",
      "trace=bpf",
      "-o",
      "/tmp/strace.log",
      process.execPath,
      ...args,
    ]
    const { status, stderr } = spawnSync("strace", strace, { encoding: "utf8" })
    assert.equal(status, 0, stderr)
    const log = spawnSync("cat", ["/tmp/strace.log"], { encoding: "utf8" }).stdout
    const [given, wanted] = [stderr, log].map(text =>
      text
        .split("\n")
        .filter(line => line.includes("bpf("))
        .map(essence),
    )
    assert(given!.length > 10)
    assert.deepEqual(given, wanted)
    spawnSync("rm", ["-rf", "/sys/fs/bpf/traced"])
  })
})

/** Command, types, names, sizes and result of one line. */
function essence(line: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {
    command: /bpf\((\w+)/.exec(line)?.[1] ?? line,
    result: / = (-?\d+)/.exec(line)?.[1] ?? "",
    size: /}, (\d+)\) = /.exec(line)?.[1] ?? "",
  }
  for (const name of [
    "prog_type",
    "map_type",
    "expected_attach_type",
    "insn_cnt",
    "license",
    "prog_name",
    "map_name",
    "key_size",
    "value_size",
    "max_entries",
    "map_flags",
    "pathname",
  ])
    found[name] = new RegExp(`\\b${name}=("[^"]*"|[^,}]+)`).exec(line)?.[1] ?? ""
  return found
}
