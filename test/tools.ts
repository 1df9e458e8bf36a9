import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

/** Debian's package of each program that tests use where it is there. */
const PACKAGES: Readonly<Record<string, string>> = {
  "clang-19": "clang-19",
  "llvm-strip-19": "llvm-19",
  bpftool: "bpftool",
  busybox: "busybox-static",
  cpio: "cpio",
  gcc: "gcc",
  ip: "iproute2",
  pahole: "dwarves",
  python3: "python3",
  "qemu-system-x86_64": "qemu-system-x86",
  setpriv: "util-linux",
  strace: "strace",
  tc: "iproute2",
}

/** Arguments for a test's `skip(condition, reason)`: whether one of the programs is missing, and how to get it. */
export function missingTools(
  ...tools: (keyof typeof PACKAGES & string)[]
): [missing: boolean, reason: string] {
  const missing = tools.filter(tool => !isInstalled(tool))
  const packages = missing.map(tool => PACKAGES[tool]).join(" ")
  return [missing.length > 0, `needs ${missing.join(", ")}: apt-get install ${packages}`]
}

function isInstalled(tool: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"]
  return folders.some(folder => {
    try {
      accessSync(join(folder, tool), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
