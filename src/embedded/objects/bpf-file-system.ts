import { type Errno, errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { FileNode, FileOperations } from "../files/index.ts"
import type { MapStorage } from "../maps/index.ts"
import { EmbeddedProgram } from "../programs/program.ts"
import type { KeptLink } from "./kept-link.ts"
import type { ObjectStore } from "./object-store.ts"

/** Where machines have their BPF file system. */
export const BPF_FS_MOUNT = "/sys/fs/bpf"
/** Anybody may add names, and only take away his own. */
const MOUNT_MODE = 0o1777
const PINNED_MODE = 0o600

export type PinnedObject = EmbeddedProgram | MapStorage | KeptLink
export type PinnedKind = "program" | "map" | "link"

/** The BPF file system: names that keep programs, maps and links. */
export class BpfFileSystem {
  readonly #kernel: KernelCore
  readonly #store: ObjectStore
  readonly #root: FileNode
  readonly #pinned = new Map<FileNode, PinnedObject>()

  constructor(kernel: KernelCore, store: ObjectStore) {
    this.#kernel = kernel
    this.#store = store
    kernel.files.create("/sys/fs", { directory: true, mode: 0o755 })
    this.#root = kernel.files.create(BPF_FS_MOUNT, {
      directory: true,
      mode: MOUNT_MODE,
      sealed: true,
    })
  }

  /** BPF_OBJ_PIN; why not, in the kernel's order. */
  pin(object: PinnedObject, path: string): Errno | undefined {
    const refusal = this.#refusal(path)
    if (refusal) return refusal
    const release = this.#store.hold(object)
    const { uid, gid } = this.#kernel.current
    const operations = "takeOff" in object ? iteratorFile(object) : undefined
    const node: FileNode = this.#kernel.files.create(path, {
      mode: PINNED_MODE,
      uid,
      gid,
      ...(operations && { operations }),
      onRemove: () => {
        this.#pinned.delete(node)
        release()
      },
    })
    this.#pinned.set(node, object)
    return undefined
  }

  /** Takes away every name of an object. */
  unpin(object: PinnedObject): void {
    for (const [node, pinned] of [...this.#pinned]) if (pinned === object) this.#kernel.files.remove(node)
  }

  /** BPF_OBJ_GET. Paths that lead out of the file system, and folders, are not for it. */
  get(path: string): PinnedObject | Errno {
    const { files } = this.#kernel
    const node = files.find(path)
    if (!node)
      return files.goesThroughFile(path) ? "ENOTDIR" : hasDots(path) && this.#has(path) ? "EPERM" : "ENOENT"
    return this.#pinned.get(node) ?? "EACCES"
  }

  /** mkdir(2). */
  makeFolder(path: string, mode = 0o700): Errno | undefined {
    const refusal = this.#refusal(path)
    if (refusal) return refusal
    const { uid, gid } = this.#kernel.current
    this.#kernel.files.create(path, { directory: true, mode, uid, gid })
    return undefined
  }

  /** Every pinned object with its path, as the kernel lists folders: the youngest name first. */
  *all(): Generator<{ readonly object: PinnedObject; readonly path: string }> {
    yield* this.#below(this.#root, BPF_FS_MOUNT)
  }

  *#below(
    folder: FileNode,
    path: string,
  ): Generator<{ readonly object: PinnedObject; readonly path: string }> {
    for (const node of [...folder.children.values()].reverse()) {
      const object = this.#pinned.get(node)
      if (object) yield { object, path: `${path}/${node.name}` }
      else yield* this.#below(node, `${path}/${node.name}`)
    }
  }

  /** Why no name can be made there. */
  #refusal(path: string): Errno | undefined {
    const { files } = this.#kernel
    const folder = files.directoryOf(path)
    if (!folder) return files.goesThroughFile(path) ? "ENOTDIR" : "ENOENT"
    if (files.find(path)) return "EEXIST"
    return this.#has(path) && !hasDots(path) ? undefined : "EPERM"
  }

  /** Whether a path's last name stands, or would stand, in this file system. */
  #has(path: string): boolean {
    let folder = this.#kernel.files.directoryOf(path)
    while (folder && folder !== this.#root) folder = folder.parent
    return folder !== undefined
  }
}

/** Dots in names are kept for what may come. */
function hasDots(path: string): boolean {
  return (
    path
      .split("/")
      .filter(name => name !== "")
      .at(-1)
      ?.includes(".") ?? false
  )
}

export function kindOfPinned(object: PinnedObject): PinnedKind {
  if (object instanceof EmbeddedProgram) return "program"
  return "takeOff" in object ? "link" : "map"
}

/** A pinned iterator runs when it is read; what it wrote stays as it is while that goes on. */
function iteratorFile(link: KeptLink): FileOperations | undefined {
  if (link.type !== "iter") return undefined
  const texts = new Map<number, Uint8Array>()
  return {
    read(_kernel, file, count) {
      const start = file.number("f_pos")
      if (start === 0) texts.set(file.address, link.readBytes?.() ?? new Uint8Array(0))
      const bytes = (texts.get(file.address) ?? new Uint8Array(0)).subarray(start, start + count)
      if (bytes.length === 0) texts.delete(file.address)
      file.set("f_pos", start + bytes.length)
      return bytes
    },
    write: () => -errnoNumber("EINVAL"),
  }
}
