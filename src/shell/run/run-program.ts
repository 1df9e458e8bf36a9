import { type Errno, encodeUtf8, errnoText } from "../../base/index.ts"
import type { Process } from "../../embedded/index.ts"
import { commandAt, findCommand } from "../commands/table.ts"
import { absolute, forKernel, type Shell } from "../shell.ts"
import { finish, invocation } from "./invocation.ts"

const [NOT_FOUND, NOT_EXECUTABLE, BY_SIGNAL] = [127, 126, 128]
/** Numbers of the signals that end processes here. */
const SIGNALS: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15, SIGSEGV: 11, SIGINT: 2 }

/** Executes what the words name in a child, lets it do what the command does, and exits it. Gives its status. */
export async function runProgram(
  shell: Shell,
  child: Process,
  words: readonly string[],
  environment: readonly string[] = [],
): Promise<number> {
  const [name = "true", ...args] = words
  const say = (text: string): void => void child.write(2, encodeUtf8(`sh: ${text}\n`))
  const builtin = findCommand(name)
  if (builtin && builtin.path === undefined) {
    const status = await finish(builtin.run, invocation(shell, child, name, args))
    return leave(child, status)
  }
  const path = builtin?.path ?? findProgram(shell, name)
  if (path === undefined) {
    say(`${name}: command not found`)
    return leave(child, NOT_FOUND)
  }
  const exported = [...shell.variables].map(([key, value]) => `${key}=${value}`)
  const executed = child.exec(path, [name, ...args], [...exported, ...environment])
  if (child.end) return leave(child, 0)
  if (!executed.ok) {
    say(`${name}: ${reason(executed.errno, shell, path)}`)
    return leave(child, executed.errno === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE)
  }
  const command = commandAt(absolute(shell, path))
  // Any other program of the tree does nothing by itself.
  const status = command
    ? await onProcessor(shell, child, () => finish(command.run, invocation(shell, child, name, args)))
    : 0
  return leave(child, status)
}

/** What a command does by itself, and not by system calls of the model, happens in its process too: loads, attachments. */
async function onProcessor<T>({ kernel }: Shell, { task }: Process, action: () => Promise<T>): Promise<T> {
  const before = kernel.current
  kernel.current = task
  try {
    return await action()
  } finally {
    kernel.current = before
  }
}

function reason(errno: Errno, shell: Shell, path: string): string {
  const isDirectory = shell.kernel.files.find(absolute(shell, path))?.directory
  return errnoText(isDirectory ? "EISDIR" : errno)
}

function leave(child: Process, status: number): number {
  if (!child.end) child.exit(status)
  const end = child.end
  if (!end || "status" in end) return end?.status ?? status
  return BY_SIGNAL + (SIGNALS[end.signal] ?? 0)
}

/** A path as it is, or the first program of this name where PATH leads. */
function findProgram(shell: Shell, name: string): string | undefined {
  if (name.includes("/")) return forKernel(shell, name)
  for (const folder of (shell.variables.get("PATH") ?? "").split(":")) {
    const node = shell.kernel.files.find(`${folder}/${name}`)
    if (node && !node.directory && (node.inode.number("i_mode") & 0o111) !== 0) return `${folder}/${name}`
  }
  return undefined
}
