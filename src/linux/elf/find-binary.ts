import { accessSync, constants, readlinkSync } from "node:fs"
import { notInFolders } from "../../kernel/index.ts"

const LIBRARY_FOLDERS: Readonly<Record<string, string>> = {
  x64: "/lib/x86_64-linux-gnu",
  arm64: "/lib/aarch64-linux-gnu",
}

/**
 * The file that a probe's binary names: a path as it is; "libc.so.6" in the folders of libraries, "bash" in those of
 * programs, each in libbpf's order (`resolve_full_path`). A path of a process in another mount namespace is looked up
 * below its own root. Throws AttachError (ENOENT).
 */
export function findBinary(binary: string, pid = -1): string {
  if (binary.includes("/")) return binary.startsWith("/") ? rootOf(pid) + binary : binary
  const isLibrary = binary.endsWith(".so") || binary.includes(".so.")
  const folders = isLibrary
    ? [process.env.LD_LIBRARY_PATH, "/usr/lib64:/usr/lib", LIBRARY_FOLDERS[process.arch]]
    : [process.env.PATH, "/usr/bin:/usr/sbin"]
  const wanted = isLibrary ? constants.R_OK : constants.R_OK | constants.X_OK
  const searched = folders.flatMap(list => list?.split(":") ?? []).filter(folder => folder !== "")
  const root = rootOf(pid)
  for (const folder of searched) {
    const path = `${root}${folder}/${binary}`
    if (isAccessible(path, wanted)) return path
  }
  throw notInFolders(binary, searched)
}

/** "/proc/PID/root" for a process that sees other file systems than this one, else "". */
function rootOf(pid: number): string {
  if (pid <= 0 || pid === process.pid) return ""
  const same = (name: string): boolean => link(`/proc/${pid}/${name}`) === link(`/proc/self/${name}`)
  return same("ns/mnt") && same("root") ? "" : `/proc/${pid}/root`
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
