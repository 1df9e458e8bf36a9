// Compiles programs of the kernel's selftests (progs/*.c of linux-source-6.12) into .cache/selftests/verifier.
import { execFile } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { cache, compilerFlags, prepare } from "../selftests/prepare.mjs"

const run = promisify(execFile)

/**
 * @param {readonly string[]} objects names of objects, "verifier_and.bpf.o"
 * @returns {Promise<string[]>} paths of those that could be compiled
 */
export async function compileTests(objects) {
  const output = join(cache, "verifier")
  mkdirSync(output, { recursive: true })
  const setup = prepare()
  const progs = join(setup.source, "tools/testing/selftests/bpf/progs")
  const flags = compilerFlags(setup, false)
  const queue = objects.filter(name => !existsSync(join(output, name)))
  const worker = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) {
      const source = name.replace(/\.bpf\.o$/, ".c")
      try {
        await run("clang-19", [...flags, "-c", join(progs, source), "-o", join(output, name)])
      } catch (error) {
        console.error(`not compiled: ${source}: ${String(error.stderr).split("\n")[0]}`)
      }
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return objects.map(name => join(output, name)).filter(path => existsSync(path))
}
