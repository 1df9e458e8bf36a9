import type { KernelCore } from "../core.ts"
import { type Folder, type NewNode, textFile } from "../files/index.ts"

type Text = string | Uint8Array

/** A directory with these names. */
export function folderOf(entries: Readonly<Record<string, NewNode>>): Folder {
  return {
    names: () => Object.keys(entries),
    entry: name => (Object.hasOwn(entries, name) ? entries[name] : undefined),
  }
}

/** A directory whose names are known, and what they stand for is made for each. */
export function folderBy(
  names: () => Iterable<string>,
  entry: (name: string) => NewNode | undefined,
): Folder {
  return { names, entry }
}

/** A file that only its owner reads, unless `mode` says more. */
export function shown(show: (kernel: KernelCore) => Text, mode = 0o444): NewNode {
  return { mode, operations: textFile(show) }
}
