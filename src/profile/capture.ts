import { existsSync, readdirSync, readFileSync } from "node:fs"
import { arch, release as unameRelease } from "node:os"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { ProfileError } from "../base/index.ts"
import { ARCHITECTURE_NAMES, type ArchitectureName } from "../catalog/index.ts"
import { architectureOfNode } from "./architecture.ts"
import { buildProfile } from "./build.ts"

/** Where a kernel tells of itself; tests give folders of their own. */
export interface CaptureSources {
  readonly proc?: string
  readonly sys?: string
  readonly boot?: string
  /** What `uname -r` prints. */
  readonly version?: string
  /** Of the kernel that the files are of; this machine's unless told. */
  readonly architecture?: ArchitectureName
}

/**
 * Reads off the running kernel what a profile holds, and gives the file's bytes. Needs root: other processes see no
 * addresses and no tracefs. Throws ProfileError that names what cannot be read.
 */
export async function captureProfile(sources: CaptureSources = {}): Promise<Uint8Array> {
  const { proc = "/proc", sys = "/sys", boot = "/boot", version = unameRelease() } = sources
  const release = /^\d+\.\d+/.exec(version)?.[0]
  if (!release) throw new ProfileError(`kernel release '${version}' has no version in front`)
  const architecture = sources.architecture ?? architectureOfNode(arch())
  if (!architecture)
    throw new ProfileError(
      `profiles are of ${ARCHITECTURE_NAMES.join(" and ")} kernels, this machine is ${arch()}`,
    )
  const tracefs = existsSync(join(sys, "kernel/tracing/events"))
    ? join(sys, "kernel/tracing")
    : join(sys, "kernel/debug/tracing")
  const kallsyms = text(join(proc, "kallsyms"))
  if (!/^0*[1-9a-f]/m.test(kallsyms))
    throw new ProfileError(`${join(proc, "kallsyms")} hides addresses from this process (EPERM)`, {
      errno: "EPERM",
      hint: "run as root, with kernel.kptr_restrict at 0 or 1",
    })
  return buildProfile({
    release,
    version,
    architecture,
    banner: text(join(proc, "version")).trim(),
    cpus: cpuCount(text(join(sys, "devices/system/cpu/possible"))),
    lsms: optional(join(sys, "kernel/security/lsm")).trim().split(",").filter(Boolean),
    btf: bytes(join(sys, "kernel/btf/vmlinux")),
    kallsyms,
    functions: text(join(tracefs, "available_filter_functions")),
    blacklist: optional(join(sys, "kernel/debug/kprobes/blacklist")),
    events: eventFormats(join(tracefs, "events")),
    config: configuration(proc, boot, version),
  })
}

/** "@ category/name" lines, each with the event's format file behind it. */
function eventFormats(folder: string): string {
  const parts: string[] = []
  for (const category of folders(folder))
    for (const name of folders(join(folder, category))) {
      const format = join(folder, category, name, "format")
      if (existsSync(format)) parts.push(`@ ${category}/${name}\n${text(format)}`)
    }
  return parts.join("")
}

function folders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}

function configuration(proc: string, boot: string, version: string): string {
  const packed = join(proc, "config.gz")
  if (existsSync(packed)) return gunzipSync(bytes(packed)).toString("latin1")
  const path = join(boot, `config-${version}`)
  if (existsSync(path)) return text(path)
  throw new ProfileError(
    `neither ${packed} nor ${path} is there: the kernel's configuration is not known (ENOENT)`,
    {
      errno: "ENOENT",
      hint: `put the file that the kernel was built with at ${path}`,
    },
  )
}

/** "0-3" → 4. */
function cpuCount(list: string): number {
  return Number(/(\d+)\s*$/.exec(list)?.[1] ?? 0) + 1
}

function text(path: string): string {
  return Buffer.from(bytes(path)).toString("latin1")
}

function optional(path: string): string {
  return existsSync(path) ? text(path) : ""
}

function bytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const errno = code === "EACCES" || code === "EPERM" ? code : "ENOENT"
    throw new ProfileError(`${path} cannot be read (${errno})`, {
      errno,
      hint:
        errno === "ENOENT" ? "mount tracefs, debugfs and securityfs, on a kernel with BTF" : "run as root",
      cause,
    })
  }
}
