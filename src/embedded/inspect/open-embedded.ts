import { errnoText, SkepError } from "../../base/index.ts"
import type { KernelFiles, OpenKernel } from "../../kernel/index.ts"
import { CGROUP_MOUNT } from "../cgroups/index.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"
import type { FileNode } from "../files/index.ts"
import type { EmbeddedObject } from "../load/loaded-object.ts"
import { EmbeddedObjects } from "./embedded-objects.ts"
import { embeddedFeatures } from "./features.ts"

/**
 * An embedded kernel as commands about objects have it. It stays open when the answer is closed; what was loaded through that
 * goes then, unless it is pinned or attached for longer.
 */
export function openEmbedded(kernel: EmbeddedKernel): OpenKernel {
  const loaded: EmbeddedObject[] = []
  return {
    objects: new EmbeddedObjects(kernel),
    files: filesOf(kernel),
    async load(object, options) {
      const made = await kernel.load(object, options)
      loaded.push(made)
      return made
    },
    async runOnce(spec, name, options) {
      await using object = await kernel.load(spec, { only: [name] })
      const program = object.programs[name]
      if (!program) throw new Error(`BUG: program ${name} was loaded and is not there`)
      return await program.run(options)
    },
    trace: ({ signal }) => kernel.trace(signal ? { signal } : {}),
    types: () => kernel.profile.btf(),
    probe: options => embeddedFeatures(kernel, options),
    async [Symbol.asyncDispose]() {
      for (const object of loaded.splice(0)) await object[Symbol.asyncDispose]()
    },
  }
}

function filesOf({ files, bpfFiles }: EmbeddedKernel): KernelFiles {
  return {
    exists: path => files.find(path) !== undefined,
    makeFolder(path) {
      if (files.find(path)?.directory) return
      const errno = bpfFiles.makeFolder(path)
      if (errno)
        throw new SkepError(`failed to create dir '${path}': ${errnoText(errno)} (${errno})`, { errno })
    },
    *foldersBelow(path) {
      const node = files.find(path)
      if (!node?.directory)
        throw new SkepError(`can't iterate over ${path}: No such file or directory (ENOENT)`, {
          errno: "ENOENT",
        })
      yield* walk(node, path, 0)
    },
    groupMount: () => CGROUP_MOUNT,
  }
}

function* walk(
  folder: FileNode,
  path: string,
  depth: number,
): Generator<{ readonly path: string; readonly depth: number }> {
  yield { path, depth }
  for (const child of folder.children.values())
    if (child.directory) yield* walk(child, `${path}/${child.name}`, depth + 1)
}
