// Compiles programs of the kernel's selftests (progs/*.c of linux-source-6.12) into .cache/selftests/verifier. Needs
// clang-19, linux-source-6.12 and python3: vmlinux.h is printed from the built-in profile of 6.12.
import { execFile, execFileSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { formatC } from "../../dist/btf/index.js"
import { loadBuiltinProfile } from "../../dist/profile/node.js"
import { cache, compilerFlags, linuxSource } from "../selftests/prepare.mjs"

const run = promisify(execFile)
const HEADERS = ["bpf_core_read.h", "bpf_endian.h", "bpf_helpers.h", "bpf_tracing.h", "usdt.bpf.h"]

/**
 * @param {readonly string[]} objects names of objects, "verifier_and.bpf.o"
 * @returns {Promise<string[]>} paths of those that could be compiled
 */
export async function compileTests(objects) {
  const output = join(cache, "verifier")
  mkdirSync(output, { recursive: true })
  const queue = objects.filter(name => !existsSync(join(output, name)))
  if (queue.length > 0) {
    const tree = linuxSource()
    const progs = join(tree, "tools/testing/selftests/bpf/progs")
    const flags = compilerFlags({ source: tree, include: await headers(tree) }, false)
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
  }
  return objects.map(name => join(output, name)).filter(path => existsSync(path))
}

/** What the tests include besides their own: the kernel's types, and libbpf's headers for programs. */
async function headers(source) {
  const include = join(cache, "verifier-include")
  mkdirSync(join(include, "bpf"), { recursive: true })
  const profile = await loadBuiltinProfile("6.12")
  writeFileSync(join(include, "vmlinux.h"), formatC(profile.btf()))
  for (const name of HEADERS) copyFileSync(join(source, "tools/lib/bpf", name), join(include, "bpf", name))
  const script = join(source, "scripts/bpf_doc.py")
  const uapi = join(source, "tools/include/uapi/linux/bpf.h")
  const helpers = execFileSync("python3", [script, "--header", "--filename", uapi], { maxBuffer: 1 << 26 })
  writeFileSync(join(include, "bpf/bpf_helper_defs.h"), helpers)
  return include
}
