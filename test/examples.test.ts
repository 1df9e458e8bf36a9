import { execFile } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { transform } from "sucrase"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))
// Inside the package, so that `import "skep"` finds the package itself.
const folder = join(root, ".cache", `examples-${process.pid}`)
const run = promisify(execFile)

interface Example {
  readonly name: string
  readonly code: string
  /** Texts that must appear in what it prints: its `// prints:` lines. */
  readonly prints: readonly string[]
}

function examplesOf(page: string): Example[] {
  const text = readFileSync(join(root, page), "utf8")
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match, index) => {
    const code = match[1] as string
    const prints = [...code.matchAll(/^\/\/ prints: (.*)$/gm)].map(match => match[1] as string)
    return { name: `${page} ${index + 1}`, code, prints }
  })
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe.each(["README.md", "docs/guide.md"])("the examples of %s", page => {
  const examples = examplesOf(page)

  test.each(examples)("$name runs as printed", async ({ name, code, prints }) => {
    const file = join(folder, `${name.replace(/\W+/g, "-")}.mjs`)
    writeFileSync(file, transform(code, { transforms: ["typescript"] }).code)
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: root })
    expect(stderr).toBe("")
    expect(stdout).not.toBe("")
    for (const text of prints) expect(stdout).toContain(text)
  })
})

describe("the command line as it is installed", () => {
  const skep = (...args: string[]): Promise<{ stdout: string }> =>
    run(process.execPath, [join(root, "bin/skep.js"), ...args], { cwd: root })

  test("runs the hello exhibit", async () => {
    const { stdout } = await skep("run", "exhibits/hello/program.bpf.o")
    expect(stdout).toContain("output  101  0    true     /bin/true  raw_tp_exec")
  })

  test("takes a scenario in TypeScript", async () => {
    const { stdout } = await skep(
      "run",
      "exhibits/hello/program.bpf.o",
      "--scenario",
      "exhibits/hello/two-users.ts",
    )
    expect(stdout).toContain("output  102  1000  sh       /bin/tru   tp_execve")
    expect(stdout).toContain("output  103  1000  ls       /bin/ls    raw_tp_exec")
  })

  test("answers at a shell's prompt as docs/guide.md shows", async () => {
    const text = readFileSync(join(root, "docs/guide.md"), "utf8")
    const shown = /```console\n([\s\S]*?)```/.exec(text)?.[1] ?? ""
    const prompt = /^skep:\/# (.*)\n/gm
    const lines = [...shown.matchAll(prompt)].map(match => match[1])
    expect(lines.length).toBeGreaterThan(5)
    const { stdout } = await skep("shell", "-c", lines.join("\n"))
    // How long things take in the model is no promise.
    const withoutTimes = (text: string): string => text.replace(/ \d+\.\d{6}: /g, " TIME: ")
    expect(withoutTimes(stdout)).toBe(withoutTimes(shown.replace(prompt, "")))
  })

  test("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }
    expect((await skep("--version")).stdout).toBe(`${version}\n`)
  })

  test("lists its commands", async () => {
    const { stdout } = await skep("--help")
    for (const command of ["run", "shell", "inspect", "disasm", "btf", "feature", "explain", "profile"])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"))
  })

  test.each(["run", "shell", "inspect", "disasm", "btf", "feature", "explain", "profile"])(
    "%s has --help",
    async command => {
      expect((await skep(command, "--help")).stdout).toContain(`Usage: skep ${command}`)
    },
  )
})
