#!/usr/bin/env node
// Compiles the maps of the embedded kernel from AssemblyScript into a TypeScript file that holds the WebAssembly module:
// npm run native. Builds, and vitest before its first test, run it; it does nothing when the file is up to date.
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { leafFunctions } from "./leaf-functions.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))
const native = join(root, "src/embedded/maps/native")
const generated = join(native, "module.generated.ts")
const entry = join(native, "assembly/index.ts")

/** Functions that programs' own modules take in: what is called most, and calls nothing itself. */
const LEAVES = ["lookupPlain4", "lookupPlain8"]

/** No runtime: no heap, no garbage collection, nothing but functions on the kernel's memory. */
const FLAGS = ["--runtime", "stub", "--importMemory", "--noExportMemory", "--use", "abort=", "-O3"]

/** All that the module is made from. */
function sources() {
  const inAssembly = readdirSync(dirname(entry)).map(name => join(dirname(entry), name))
  const layouts = readdirSync(native).filter(name => name.endsWith("-layout.ts") || name === "errno.ts")
  const shared = join(root, "src/embedded/memory/shared-words.ts")
  return [...inAssembly, ...layouts.map(name => join(native, name)), shared].sort()
}

const base64 = bytes => Buffer.from(bytes).toString("base64")

function fingerprint() {
  const hash = createHash("sha256")
  for (const script of [import.meta.url, new URL("leaf-functions.mjs", import.meta.url)])
    hash.update(readFileSync(fileURLToPath(script)))
  for (const file of sources()) hash.update(`${relative(root, file)}\0`).update(readFileSync(file))
  return hash
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex")
    .slice(0, 16)
}

async function compile() {
  const { default: asc } = await import("assemblyscript/asc")
  let binary
  const { error, stderr } = await asc.main(
    [relative(root, entry), "--baseDir", root, "--outFile", "module.wasm", ...FLAGS],
    {
      writeFile: (name, content) => {
        if (name.endsWith(".wasm")) binary = content
      },
    },
  )
  const said = stderr.toString()
  if (error || said.includes("WARNING"))
    throw new Error(`the native maps do not compile:\n${said}`, { cause: error })
  return binary
}

export async function buildNativeMaps() {
  const mark = `// ${fingerprint()}: made by scripts/native-maps/build.mjs from the sources in assembly/.`
  if (existsSync(generated) && readFileSync(generated, "utf8").startsWith(mark)) return
  const binary = await compile()
  const module = `export const MODULE: string =\n  "${base64(binary)}"`
  const leaves = await leafFunctions(binary, LEAVES)
  const lines = leaves.map(
    ({ name, locals, code }) => `  ${name}: { locals: "${locals}", code: "${base64(code)}" },`,
  )
  const type = "Readonly<Record<string, { readonly locals: string; readonly code: string }>>"
  writeFileSync(generated, `${mark}\n${module}\nexport const LEAVES: ${type} = {\n${lines.join("\n")}\n}\n`)
}

/** vitest's global setup. */
export const setup = buildNativeMaps

if (pathToFileURL(process.argv[1] ?? "").href === import.meta.url) await buildNativeMaps()
