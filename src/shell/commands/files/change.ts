import { type Errno, errnoText } from "../../../base/index.ts"
import { O_CREAT, O_WRONLY, type SyscallResult } from "../../../embedded/index.ts"
import { CommandFailure, type Invocation } from "../../run/invocation.ts"
import { absolute, forKernel } from "../../shell.ts"
import type { ShellCommand } from "../support/command.ts"
import { type Flags, parseFlags } from "../support/flags.ts"

/** A command that does one thing to each of its operands; the first letter of `plain` options may make it go on. */
function onEach(
  plain: string,
  what: (path: string) => string,
  action: (call: Invocation, path: string, flags: Flags) => SyscallResult | undefined,
): ShellCommand["run"] {
  return call => {
    const flags = parseFlags(call, plain)
    if (flags.operands.length === 0) throw new CommandFailure(`${call.name}: missing operand\n`)
    let status = 0
    for (const path of flags.operands) {
      const result = action(call, path, flags)
      if (!result || result.ok) continue
      call.err(`${call.name}: ${what(path)}: ${errnoText(result.errno)}\n`)
      status = 1
    }
    return status
  }
}

const refusal = (errno: Errno): SyscallResult => ({ ok: false, errno })

export const mkdir: ShellCommand = {
  summary: "make directories, control groups below /sys/fs/cgroup among them: mkdir [-p] PATH...",
  path: "/bin/mkdir",
  run: onEach(
    "p",
    path => `cannot create directory ‘${path}’`,
    ({ shell, process }, path, { on }) => {
      if (!on.has("p")) return process.makeDirectory(forKernel(shell, path))
      const parts = absolute(shell, path).split("/")
      for (let count = 2; count <= parts.length; count++) {
        const above = parts.slice(0, count).join("/")
        if (shell.kernel.files.find(above)?.directory) continue
        const made = process.makeDirectory(above)
        if (!made.ok) return made
      }
      return undefined
    },
  ),
}

export const rmdir: ShellCommand = {
  summary: "remove empty directories: rmdir PATH...",
  path: "/bin/rmdir",
  run: onEach(
    "",
    path => `failed to remove '${path}'`,
    ({ shell, process }, path) => process.removeDirectory(forKernel(shell, path)),
  ),
}

export const rm: ShellCommand = {
  summary: "remove files: rm [-f] PATH...",
  path: "/bin/rm",
  run: onEach(
    "f",
    path => `cannot remove '${path}'`,
    ({ shell, process }, path, { on }) => {
      if (shell.kernel.files.find(absolute(shell, path))?.directory) return refusal("EISDIR")
      const removed = process.unlinkat(forKernel(shell, path))
      return !removed.ok && removed.errno === "ENOENT" && on.has("f") ? undefined : removed
    },
  ),
}

export const touch: ShellCommand = {
  summary: "make empty files: touch PATH...",
  path: "/bin/touch",
  run: onEach(
    "",
    path => `cannot touch '${path}'`,
    ({ shell, process }, path) => {
      const opened = process.openWith(forKernel(shell, path), O_WRONLY | O_CREAT, 0o644)
      return opened.ok ? process.close(opened.value) : opened
    },
  ),
}
