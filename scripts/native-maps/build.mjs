#!/usr/bin/env node
// Compiles the maps of the embedded kernel from AssemblyScript into a TypeScript file that holds the WebAssembly module:
// npm run native. Builds, and vitest before its first test, run it; it does nothing when the file is up to date.
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const native = join(root, "src/embedded/maps/native")
const generated = join(native, "module.generated.ts")
const entry = join(native, "assembly/index.ts")

/** No runtime: no heap, no garbage collection, nothing but functions on the kernel's memory. */
const FLAGS = ["--runtime", "stub", "--importMemory", "--noExportMemory", "--use", "abort=", "-O3"]

/** All that the module is made from. */
function sources() {
  const inAssembly = readdirSync(dirname(entry)).map(name => join(dirname(entry), name))
  const layouts = readdirSync(native).filter(name => name.endsWith("-layout.ts") || name === "errno.ts")
  const shared = join(root, "src/embedded/memory/shared-words.ts")
  return [...inAssembly, ...layouts.map(name => join(native, name)), shared].sort()
}

function fingerprint() {
  const hash = createHash("sha256").update(readFileSync(fileURLToPath(import.meta.url)))
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
  return Buffer.from(binary).toString("base64")
}

export async function buildNativeMaps() {
  const mark = `// ${fingerprint()}: made by scripts/native-maps/build.mjs from the sources in assembly/.`
  if (existsSync(generated) && readFileSync(generated, "utf8").startsWith(mark)) return
  writeFileSync(generated, `${mark}\nexport const MODULE: string =\n  "${await compile()}"\n`)
}

/** vitest's global setup. */
export const setup = buildNativeMaps

if (pathToFileURL(process.argv[1] ?? "").href === import.meta.url) await buildNativeMaps()
