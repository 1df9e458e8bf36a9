import { type Dir, existsSync, mkdirSync, opendirSync, readFileSync } from "node:fs"
import { dirname } from "node:path"
import { SkepError } from "../../base/index.ts"
import type { KernelFiles, OpenKernel } from "../../kernel/index.ts"
import type { LinuxKernel } from "../linux-kernel.ts"
import { probeFeatures } from "../probe/index.ts"
import { LinuxObjects } from "./linux-objects.ts"

/** The machine's kernel as commands about objects have it. Closing the answer closes it. */
export function openLinux(kernel: LinuxKernel): OpenKernel {
  return {
    objects: new LinuxObjects(kernel),
    files: FILES,
    load: (object, options) => kernel.load(object, options),
    async runOnce(spec, name, options) {
      await using object = await kernel.load(spec, { only: [name] })
      const program = object.programs[name]
      if (!program) throw new Error(`BUG: program ${name} was loaded and is not there`)
      return await program.run(options)
    },
    trace: options => kernel.trace(options),
    types: () => kernel.machine.btf(),
    probe: options => probeFeatures(kernel, options),
    [Symbol.asyncDispose]: () => kernel[Symbol.asyncDispose](),
  }
}

const FILES: KernelFiles = {
  exists: existsSync,
  makeFolder,
  foldersBelow: path => foldersBelow(path, 0),
  groupMount,
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700, recursive: existsSync(dirname(path)) })
  } catch (cause) {
    throw new SkepError(`failed to create dir '${path}': ${(cause as Error).message}`, { cause })
  }
}

function groupMount(): string {
  const mount = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map(line => line.split(" "))
    .find(([, , type]) => type === "cgroup2")
  if (mount?.[1]) return mount[1]
  throw new SkepError("cgroup v2 isn't mounted", { hint: "mount -t cgroup2 none /sys/fs/cgroup" })
}

function* foldersBelow(
  path: string,
  depth: number,
): Generator<{ readonly path: string; readonly depth: number }> {
  let directory: Dir
  try {
    directory = opendirSync(path)
  } catch (cause) {
    throw new SkepError(`can't iterate over ${path}: ${(cause as Error).message}`, { cause })
  }
  yield { path, depth }
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync())
      if (entry.isDirectory()) yield* foldersBelow(`${path}/${entry.name}`, depth + 1)
  } finally {
    directory.closeSync()
  }
}
