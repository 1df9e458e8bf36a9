import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { runSkep } from "../testing.ts"

const fixture = (name: string) => `src/cli/verify/fixtures/${name}.bpf.o`

const verify = (...args: string[]) => runSkep("verify", ...args)

/** The table without its column of milliseconds, which differ from run to run. */
function steady(text: string): string {
  const [heading, titles = "", ...rest] = text.split("\n")
  const [start, end] = [titles.indexOf("stack") + 5, titles.indexOf("  ms") + 4]
  const cut = (line: string) => line.slice(0, start) + line.slice(end)
  const isRow = (line: string) => /^ {2}(accepted|rejected)/.test(line)
  return [heading, cut(titles), ...rest.map(line => (isRow(line) ? cut(line) : line))].join("\n")
}

describe.each(["6.1", "6.12"])("skep verify --release %s prints", release => {
  test.each(["network", "calls", "unlicensed"])("verdicts and explanations of %s", async name => {
    const { status, out, err } = await verify(fixture(name), "--release", release)
    expect(err).toBe("")
    expect(status).toBe(1)
    await expect(steady(out)).toMatchFileSnapshot(`./golden/${name}-${release}.txt`)
  })
})

test.each([
  ["unprivileged", ["--unprivileged"]],
  ["cap-bpf", ["--capabilities", "cap_bpf", "CAP_NET_ADMIN"]],
])("skep verify of a loader that is %s", async (name, args) => {
  const { status, out } = await verify(fixture("unprivileged"), ...args)
  expect(status).toBe(1)
  await expect(steady(out)).toMatchFileSnapshot(`./golden/${name}-6.12.txt`)
})

describe("skep verify ends with", () => {
  test("0 when everything is accepted", async () => {
    const { status, out } = await verify(fixture("network"), "--program", "parse", "count")
    expect(status).toBe(0)
    expect(steady(out).split("\n").slice(2, 4)).toEqual([
      "  accepted  parse    xdp      13       1      0",
      "  accepted  count    xdp      18       1      8",
    ])
    expect(out).toMatch(/\n\n2 accepted\n$/)
  })

  test("1 when something is refused, whatever the format", async () => {
    for (const format of ["text", "json", "github", "sarif"])
      expect((await verify(fixture("unlicensed"), "--format", format)).status).toBe(1)
  })

  test("1 when something cannot be decided", async () => {
    const { status, out } = await verify("test/kernel/programs/replace.bpf.o", "--program", "new_answer")
    expect(status).toBe(1)
    expect(out).toContain("unsupported  new_answer")
    expect(out).toContain("0 accepted, 1 not decided")
  })

  test("2 for capabilities that nothing depends on, or none and some at once", async () => {
    const wrong = await verify(fixture("network"), "--capabilities", "cap_chown")
    expect(wrong.status).toBe(2)
    expect(wrong.err).toContain("there are cap_bpf, cap_perfmon, cap_net_admin, cap_sys_admin")
    expect((await verify(fixture("network"), "--unprivileged", "--capabilities", "cap_bpf")).status).toBe(2)
  })

  test("2 for an unknown program, with a near name", async () => {
    const { status, err } = await verify(fixture("network"), "--program", "pars")
    expect(status).toBe(2)
    expect(err).toContain("no program 'pars': there are parse, packet_unchecked")
    expect(err).toContain("hint: did you mean parse")
  })

  test("2 for an unknown release, a wrong level, a wrong format and no object", async () => {
    const wrong = await verify(fixture("network"), "--release", "9.9")
    expect(wrong.status).toBe(2)
    expect(wrong.err).toContain("there is no Linux release '9.9' here")
    expect(wrong.err).toContain("verified: 6.1, 6.12, 6.1-arm64, 6.12-arm64; looked up: 4.4 to 6.19")
    expect((await verify(fixture("network"), "--log-level", "x")).status).toBe(2)
    expect((await verify(fixture("network"), "--format", "xml")).status).toBe(2)
    expect((await verify()).status).toBe(2)
  })

  test("0 for all releases when those that are verified accept", async () => {
    expect((await verify(fixture("network"), "--program", "parse", "--release", "all")).status).toBe(0)
    expect((await verify(fixture("calls"), "--program", "pid_in_xdp", "--release", "all")).status).toBe(1)
  })
})

describe("bad files", () => {
  let folder = ""
  const file = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "skep-verify-"))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test("are named with what is wrong, and no stack trace", async () => {
    const whole = readFileSync(fixture("network"))
    const cases = [
      [file("text.o", new TextEncoder().encode("int main")), "not a proper ELF object"],
      [file("empty.o", new Uint8Array()), "not a proper ELF object"],
      [file("half.o", whole.subarray(0, whole.length >> 1)), "half.o"],
      [join(folder, "gone.o"), "No such file or directory (ENOENT)"],
    ] as const
    for (const [path, text] of cases) {
      const { status, out, err } = await verify(path)
      expect({ path, status, out }).toEqual({ path, status: 1, out: "" })
      expect(err).toContain(text)
      expect(err).not.toMatch(/\n\s+at |this is a bug/)
    }
  })

  test("cut or changed anywhere end in a verdict or an error, never in a crash", async () => {
    const whole = readFileSync(fixture("calls"))
    for (let at = 60; at < whole.length; at += 1009) {
      const bytes = Uint8Array.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 0x41
      const { status, err } = await verify(file("changed.o", bytes), "--format", "github")
      expect([0, 1]).toContain(status)
      expect(err, `byte ${at}`).not.toContain("this is a bug")
    }
  })
})

interface Element {
  readonly [name: string]: unknown
  readonly program: string
}

async function elements(...args: string[]): Promise<Element[]> {
  return JSON.parse((await verify(...args, "--json")).out) as Element[]
}

describe("skep verify --json gives", () => {
  test("an element for each program, with everything that text has", async () => {
    const [refused] = await elements(fixture("network"), "--program", "packet_unchecked")
    expect(refused).toEqual({
      object: fixture("network"),
      section: "xdp",
      program: "packet_unchecked",
      programType: "xdp",
      attachType: "xdp",
      release: "6.12",
      basis: "verified",
      verdict: "reject",
      errno: "EACCES",
      message: "R1 offset is outside of the packet",
      details: [
        "invalid access to packet, off=30 size=4, R1(id=0,off=30,r=14)",
        "R1 offset is outside of the packet",
      ],
      instruction: 11,
      source: {
        file: "src/cli/verify/fixtures/network.bpf.c",
        line: 63,
        text: "return ip->daddr == 1 ? XDP_DROP : XDP_PASS;",
      },
      explanation: {
        rule: "packet-bounds",
        what: "reads 4 bytes through r1, which points into the packet: 30 bytes from the start of the packet",
        known:
          "r1 is a pointer into the packet; a comparison with data_end showed 14 bytes from the start of the packet",
        needs: "34 bytes from the start of the packet compared with data_end, not 14",
        fix: "compare `data + 34` with `data_end` before line 63, and leave when it lies behind",
        chain: [
          expect.objectContaining({ instruction: 2, text: "(61) r1 = *(u32 *)(r1 +0)", does: "loads r1" }),
          expect.objectContaining({ instruction: 5, does: "compares with data_end" }),
        ],
      },
      stats: expect.objectContaining({ processed: 12, stackDepth: [0] }),
    })
  })

  test("null for what does not apply", async () => {
    const [accepted] = await elements(fixture("network"), "--program", "parse")
    expect(accepted).toMatchObject({
      verdict: "accept",
      errno: null,
      message: "",
      instruction: null,
      source: null,
      explanation: null,
    })
  })

  test("a log when one is asked for", async () => {
    const [refused] = await elements(fixture("unlicensed"), "--program", "may_sleep", "--log-level", "1")
    expect(refused?.log).toContain("4: (85) call bpf_copy_from_user#148")
    expect(refused?.log).toContain("helper call might sleep in a non-sleepable prog")
  })

  test("an element a release for all of them, and says which were verified", async () => {
    const all = await elements(fixture("calls"), "--program", "pid_in_xdp", "--release", "all")
    const verified = all.filter(each => each.basis === "verified")
    expect(verified.map(each => [each.release, each.verdict])).toEqual([
      ["6.1", "reject"],
      ["6.12", "accept"],
    ])
    expect(all.length).toBeGreaterThan(40)
    expect(all.filter(each => each.basis === "catalogue" && each.verdict === "accept")).toEqual([])
  })
})

describe("skep verify --format github", () => {
  test("annotates the lines of refusals, escaped as workflow commands are", async () => {
    const { out } = await verify(fixture("network"), "--format", "github")
    const lines = out.trimEnd().split("\n")
    expect(lines).toHaveLength(10)
    for (const line of lines) expect(line).toMatch(/^::error file=[^:,]+,line=\d+,title=[^:,]+::\S/)
    expect(lines[0]).toContain(
      "title=packet_unchecked%3A refused by Linux 6.12::R1 offset is outside of the packet%0A",
    )
  })

  test("names the object where there is no line", async () => {
    const { out } = await verify(fixture("calls"), "--program", "inlined_function", "--format", "github")
    expect(out).toMatch(/^::error file=src\/cli\/verify\/fixtures\/calls\.bpf\.o,title=inlined_function%3A/)
  })

  test("says nothing of what is accepted", async () => {
    expect((await verify(fixture("network"), "--program", "parse", "--format", "github")).out).toBe("")
  })
})

describe("skep verify --format sarif", () => {
  test("has what SARIF 2.1.0 requires", async () => {
    const { out } = await verify(fixture("network"), fixture("calls"), "--format", "sarif")
    const log = JSON.parse(out)
    expect(log.version).toBe("2.1.0")
    expect(log.$schema).toMatch(/sarif-schema-2\.1\.0\.json$/)
    expect(log.runs).toHaveLength(1)
    const [run] = log.runs
    expect(typeof run.tool.driver.name).toBe("string")
    const ids = run.tool.driver.rules.map((rule: { id: string }) => rule.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(run.results).toHaveLength(20)
    for (const result of run.results) {
      expect(typeof result.message.text).toBe("string")
      expect(["none", "note", "warning", "error"]).toContain(result.level)
      expect(ids[result.ruleIndex]).toBe(result.ruleId)
      for (const { physicalLocation, logicalLocations } of result.locations) {
        expect(new URL(physicalLocation.artifactLocation.uri, "file:///work/").protocol).toBe("file:")
        if (physicalLocation.region) expect(physicalLocation.region.startLine).toBeGreaterThan(0)
        expect(logicalLocations[0].kind).toBe("function")
      }
      for (const { threadFlows } of result.codeFlows ?? []) {
        expect(threadFlows.length).toBeGreaterThan(0)
        for (const { locations } of threadFlows) {
          expect(locations.length).toBeGreaterThan(0)
          for (const { location } of locations) expect(typeof location.message.text).toBe("string")
        }
      }
    }
  })
})

describe("skep verify --release all prints", () => {
  test("ranges of releases, each with its answer and which kind of answer it is", async () => {
    const { out } = await verify(
      fixture("calls"),
      "--program",
      "pid_in_xdp",
      "task_by_number",
      "--release",
      "all",
    )
    await expect(out).toMatchFileSnapshot("./golden/releases.txt")
  })

  test("a release without a profile is never called accepted", async () => {
    const { status, out } = await verify(fixture("network"), "--program", "parse", "--release", "6.6")
    expect(status).toBe(1)
    expect(out).toContain("looked up, not verified: there is no profile of it")
    expect(out).toContain("not verified  parse")
  })
})
