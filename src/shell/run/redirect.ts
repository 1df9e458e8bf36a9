import { errnoText } from "../../base/index.ts"
import { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, type Process } from "../../embedded/index.ts"
import type { Redirect } from "../language/index.ts"
import { forKernel, type Shell, textOf } from "../shell.ts"

const FLAGS = {
  read: O_RDONLY,
  write: O_WRONLY | O_CREAT | O_TRUNC,
  append: O_WRONLY | O_CREAT | O_APPEND,
} as const

/** Opens what a command's streams go to, as the process that is to run it. The answer says what could not be. */
export function redirect(shell: Shell, process: Process, redirects: readonly Redirect[]): string | undefined {
  for (const { fd, kind, target } of redirects) {
    const path = textOf(shell, target)
    if (kind === "copy") {
      if (!/^[0-2]$/.test(path) || !process.task.duplicate(Number(path), fd))
        return `${path}: ${errnoText("EBADF")}`
      continue
    }
    const opened = process.openWith(forKernel(shell, path), FLAGS[kind], 0o644)
    if (!opened.ok) return `${path}: ${errnoText(opened.errno)}`
    process.task.duplicate(opened.value, fd)
    process.close(opened.value)
  }
  return undefined
}

/** Runs an action of the shell itself with its streams redirected, and puts them back. */
export async function redirected(
  shell: Shell,
  redirects: readonly Redirect[],
  action: () => number | Promise<number>,
): Promise<number> {
  const { process } = shell
  const { task } = process
  const fds = [...new Set(redirects.map(({ fd }) => fd))]
  for (const fd of fds) task.duplicate(fd, SAVED + fd)
  try {
    const refused = redirect(shell, process, redirects)
    if (refused === undefined) return await action()
    for (const fd of fds) task.duplicate(SAVED + fd, fd)
    process.write(2, new TextEncoder().encode(`sh: ${refused}\n`))
    return 1
  } finally {
    for (const fd of fds) {
      task.duplicate(SAVED + fd, fd)
      task.closeFile(SAVED + fd)
    }
  }
}

/** Where a shell keeps its own streams meanwhile. */
const SAVED = 10
