// Compiles the kernel's verifier tests (verifier_*.c of linux-source-6.12) into .cache/selftests/verifier.
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, readdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { cache, compilerFlags, prepare } from "../selftests/prepare.mjs"

const run = promisify(execFile)

/** @returns {Promise<string[]>} paths of the objects, by name */
export async function compileVerifierTests() {
  const output = join(cache, "verifier")
  mkdirSync(output, { recursive: true })
  const setup = prepare()
  const progs = join(setup.source, "tools/testing/selftests/bpf/progs")
  const sources = readdirSync(progs).filter(name => /^verifier_.*\.c$/.test(name))
  const flags = compilerFlags(setup, false)
  const queue = sources.filter(name => !existsSync(join(output, objectOf(name))))
  const worker = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) {
      try {
        await run("clang-19", [...flags, "-c", join(progs, name), "-o", join(output, objectOf(name))])
      } catch (error) {
        console.error(`not compiled: ${name}: ${String(error.stderr).split("\n")[0]}`)
      }
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return sources.map(name => join(output, objectOf(name))).filter(path => existsSync(path))
}

function objectOf(source) {
  return source.replace(/\.c$/, ".bpf.o")
}
