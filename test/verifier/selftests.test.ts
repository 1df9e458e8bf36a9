// The kernel's own verifier tests, one test a program: verdict, last line of the log and number of instructions as
// Linux 6.1 and 6.12 had them, also for loaders without capabilities, or with some. `npm run test:verifier` prints the same as a table.
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { beforeAll, describe, expect, test } from "vitest"
import { missingTools } from "../tools.ts"
import { limitedTable, readOracle, TABLES } from "./oracle.mjs"

const run = promisify(execFile)
const root = fileURLToPath(new URL("../..", import.meta.url))

/** Read by test/selftests/prepare.mjs. */
const ARCHIVE = "/usr/src/linux-source-6.12.tar.xz"
const UNPACKED = join(root, ".cache/selftests/linux-source-6.12")

interface Result {
  readonly file: string
  readonly program: string
  readonly verdict: string
  readonly errno: number
  readonly message: string
  readonly last: string
  readonly processed: number
}

function missing(): [boolean, string] {
  const [lacksTools, reason] = missingTools("clang-19", "python3")
  if (lacksTools) return [true, reason]
  const hasSource = existsSync(ARCHIVE) || existsSync(UNPACKED) || process.env.LINUX_SOURCE !== undefined
  return [!hasSource, "needs the kernel's source: apt-get install linux-source-6.12"]
}

const LOADERS = [
  { loader: "everything", args: ["--table", "1"], table: (release: string) => TABLES[release]![0]! },
  ...["none", "bpf,net_admin", "perfmon,net_admin"].map(names => ({
    loader: names,
    args: ["--capabilities", names],
    table: (release: string) => limitedTable(release, names),
  })),
]
const COMPARISONS = ["6.1", "6.12"].flatMap(release =>
  LOADERS.map(({ loader, args, table }) => ({
    name: `Linux ${release} and the verifier`,
    loader,
    args: ["--release", release, ...args],
    table: table(release),
  })),
)

describe.each(COMPARISONS)("$name, when the loader holds $loader, agree on", ({ args, table }) => {
  const oracle = readOracle(table)
  const results = new Map<string, Result>()

  beforeAll(async () => {
    if (missing()[0]) return
    const folder = mkdtempSync(join(tmpdir(), "skep-selftests-"))
    try {
      const file = join(folder, "results.json")
      const script = ["test/verifier/selftests.mjs", ...args, "--brief", "--json", file]
      await run(process.execPath, script, { cwd: root })
      for (const result of JSON.parse(readFileSync(file, "utf8")) as Result[])
        results.set(`${result.file} ${result.program}`, result)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 600_000)

  test.for([...oracle.keys()])("%s", (name, { skip }) => {
    skip(...missing())
    const expected = oracle.get(name)!
    const result = results.get(name)
    skip(result === undefined, "this version of the kernel's source does not have it")
    if (result!.verdict === "unsupported") skip(true, result!.message)
    if (expected.verdict === "reject") expect(result!.verdict, result!.message).toBe("reject")
    expect(result).toMatchObject({ verdict: expected.verdict, processed: expected.processed })
    if (expected.verdict === "reject") expect(result!.last).toBe(expected.message)
  })

  test("as good as all of the programs that were recorded", ({ skip }) => {
    skip(...missing())
    expect(results.size).toBeGreaterThan(0.97 * oracle.size)
    const decided = [...results.values()].filter(({ verdict }) => verdict !== "unsupported")
    expect(decided.length).toBeGreaterThan(0.98 * results.size)
  })
})
