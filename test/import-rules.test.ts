import { readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))
const src = join(root, "src")

/** What each folder of src may import from; a folder may always import from itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  catalog: ["base"],
  isa: ["base", "catalog"],
  btf: ["base"],
  object: ["base", "btf", "isa", "catalog"],
  verifier: ["base", "btf", "isa", "catalog", "object"],
  pcap: ["base"],
  engine: ["base", "isa", "catalog"],
  kernel: ["base", "catalog", "btf", "object"],
  exhibit: ["base", "catalog", "object", "kernel"],
  profile: ["base", "btf", "catalog"],
  embedded: ["base", "catalog", "isa", "btf", "object", "verifier", "engine", "kernel", "profile"],
  linux: ["base", "catalog", "isa", "btf", "object", "kernel"],
  bpftool: ["base", "catalog", "isa", "btf", "object", "kernel"],
  shell: ["base", "bpftool", "catalog", "isa", "btf", "object", "kernel", "profile", "embedded"],
  verdict: ["base", "btf", "isa", "catalog", "object", "kernel", "profile", "verifier"],
  cli: [
    "base",
    "catalog",
    "isa",
    "btf",
    "object",
    "engine",
    "exhibit",
    "kernel",
    "profile",
    "bpftool",
    "embedded",
    "linux",
    "shell",
    "verifier",
    "verdict",
    "pcap",
  ],
}

/** Files that may use Node's own modules, tests' own help among them: everything else runs in a browser too. */
const NODE_ONLY = /^src\/(.*\/testing\/|cli\/|linux\/|profile\/(node|capture|load-builtin)\.ts$)/

/** Besides index.ts: what only some pay for, and what only Node has. */
const ENTRIES = new Set(["catalog/details.ts", "profile/node.ts"])

interface Import {
  readonly file: string
  readonly target: string
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sourceFiles(path)
    return path.endsWith(".ts") ? [path] : []
  })
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8")
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^"'\n]*?(?:\{[^}]*\}[^"'\n]*?)?from\s+"([^"]+)"|import\("([^"]+)"\)|(?:^|\n)import\s+"([^"]+)"/g
  return [...text.matchAll(pattern)].map(match => ({
    file: relative(root, file),
    target: (match[1] ?? match[2] ?? match[3]) as string,
  }))
}

const files = sourceFiles(src)
const imports = files.filter(file => !file.endsWith(".test.ts")).flatMap(importsOf)

/** The folder of src that a relative import leads to. */
function folderOf(entry: Import): string {
  return relative(src, resolve(root, dirname(entry.file), entry.target)).split("/")[0] as string
}

describe("the folders of src", () => {
  test("each have a rule", () => {
    const folders = readdirSync(src).filter(name => statSync(join(src, name)).isDirectory())
    expect(folders.filter(name => !(name in MAY_IMPORT))).toEqual([])
  })

  test("import only what their rule allows", () => {
    expect(imports.length).toBeGreaterThan(50)
    const broken = imports.filter(entry => {
      const from = entry.file.split("/")[1] as string
      if (!entry.target.startsWith(".") || from.endsWith(".ts")) return false
      const to = folderOf(entry)
      return to !== from && !MAY_IMPORT[from]?.includes(to)
    })
    expect(broken).toEqual([])
  })

  test("reach each other through index files", () => {
    const inner = imports.filter(entry => {
      const from = entry.file.split("/")[1] as string
      if (!entry.target.startsWith(".") || from.endsWith(".ts") || folderOf(entry) === from) return false
      const path = relative(src, resolve(root, dirname(entry.file), entry.target)).split("/")
      const isEntry = path.length === 2 && (path[1] === "index.ts" || ENTRIES.has(path.join("/")))
      return !isEntry
    })
    expect(inner).toEqual([])
  })

  test("use Node's modules only where a browser never goes", () => {
    const broken = imports.filter(entry => entry.target.startsWith("node:") && !NODE_ONLY.test(entry.file))
    expect(broken).toEqual([])
  })

  test("say in one sentence at the top of index.ts what lives there", () => {
    const silent = Object.keys(MAY_IMPORT).filter(folder => {
      if (folder === "cli") return false
      return !readFileSync(join(src, folder, "index.ts"), "utf8").startsWith("/**")
    })
    expect(silent).toEqual([])
  })
})
