import { type Dir, opendirSync, readFileSync, readlinkSync } from "node:fs"
import { SkepError } from "../../base/index.ts"
import type { ObjectKind } from "../../kernel/index.ts"
import { OBJECT_PATH } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { PROG_INFO } from "../bpf/info.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import { objectInfo } from "./object-store.ts"

/** Every description of an object has its id in the same place. */
const HEADER = { type: PROG_INFO.type, id: PROG_INFO.id }
const HEADER_BYTES = 16

export type PinnedKind = ObjectKind | "unknown"

/** What stands under a path of a BPF file system. Throws SkepError with the kernel's errno. */
export function openPinned(
  bpf: Bpf,
  path: string,
): { readonly kind: PinnedKind; readonly id: number; readonly descriptor: Descriptor } {
  const { result } = bpf.try("BPF_OBJ_GET", OBJECT_PATH, { pathname: path })
  if (result < 0) {
    const { message, errno } = new LinuxCallError(`bpf obj get (${path})`, -result)
    throw new SkepError(message, { ...(errno && { errno }), hint: pathHint(-result) })
  }
  const descriptor = new Descriptor(bpf.native, result)
  const { info } = objectInfo(bpf, result, HEADER, HEADER_BYTES)
  return { kind: kindOf(result), id: info.id, descriptor }
}

function pathHint(errno: number): string {
  const EINVAL = 22
  return errno === EINVAL
    ? "that file is not in a BPF file system"
    : "paths of pinned objects stand in `skep --linux -f prog show` and `map show`"
}

/** The kernel names the file of a descriptor after what it is. */
function kindOf(fd: number): PinnedKind {
  const match = /bpf[-_](prog|map|link)/.exec(readlinkSync(`/proc/self/fd/${fd}`))
  switch (match?.[1]) {
    case "prog":
      return "program"
    case "map":
      return "map"
    case "link":
      return "link"
    default:
      return "unknown"
  }
}

/** Every pinned object of a kind, as a walk through the mounted BPF file systems meets them. */
export function pinsOf(bpf: Bpf, kind: ObjectKind): { readonly id: number; readonly path: string }[] {
  return bpfMounts().flatMap(mount =>
    [...filesBelow(mount)].flatMap(path => {
      const { result } = bpf.try("BPF_OBJ_GET", OBJECT_PATH, { pathname: path })
      if (result < 0) return []
      using descriptor = new Descriptor(bpf.native, result)
      if (kindOf(descriptor.fd) !== kind) return []
      return [{ id: objectInfo(bpf, descriptor.fd, HEADER, HEADER_BYTES).info.id, path }]
    }),
  )
}

function bpfMounts(): string[] {
  return readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map(line => line.split(" "))
    .filter(([, , type]) => type === "bpf")
    .map(([, path]) => path as string)
}

/** Files below a folder in the directories' own order: readdir sorts, so opendir. */
function* filesBelow(folder: string): Generator<string> {
  let directory: Dir
  try {
    directory = opendirSync(folder)
  } catch {
    return
  }
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) yield* filesBelow(path)
      else if (entry.isFile()) yield path
    }
  } finally {
    directory.closeSync()
  }
}
