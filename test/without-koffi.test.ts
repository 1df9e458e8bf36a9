import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import manifest from "../package.json" with { type: "json" }

const root = fileURLToPath(new URL("..", import.meta.url))
let folder: string

/** The package as npm installs it with its dependencies, but without those that are optional. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "skep-without-koffi-"))
  const modules = join(folder, "node_modules")
  mkdirSync(join(modules, "skep"), { recursive: true })
  for (const name of ["dist", "profiles", "exhibits", "package.json"])
    cpSync(join(root, name), join(modules, "skep", name), { recursive: true })
  // Else a package.json further up may say that this folder is part of a package.
  writeFileSync(join(folder, "package.json"), "{}")
  for (const name of Object.keys(manifest.dependencies))
    cpSync(join(root, "node_modules", name), join(modules, name), { recursive: true })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(code: string): string {
  writeFileSync(join(folder, "main.mjs"), code)
  return execFileSync(process.execPath, ["main.mjs"], { cwd: folder, encoding: "utf8" })
}

test("skep and skep/embedded work without koffi", () => {
  const out = run(`
    import { readFile } from "node:fs/promises"
    import { readObject } from "skep"
    import { bootKernel } from "skep/embedded"
    const object = readObject(await readFile("node_modules/skep/exhibits/hello/program.bpf.o"))
    const kernel = await bootKernel()
    const hello = await kernel.load(object)
    await hello.attach()
    await kernel.world.exec("/bin/true")
    console.log(hello.events().length)`)
  expect(out).toBe("6\n")
})

test("skep/linux can be imported, and says what to install when it is used", () => {
  const out = run(`
    import { openLinuxKernel } from "skep/linux"
    await openLinuxKernel().catch(({ name, message, hint }) => console.log(name, "|", message, "|", hint))`)
  expect(out).toMatch(
    /^LoadError \| the package koffi is not installed, or has no build for linux on \w+ \| npm install koffi\n$/,
  )
})
