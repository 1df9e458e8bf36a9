import { errnoText, SystemCallError } from "../../base/index.ts"
import type { Process } from "../../embedded/index.ts"
import { findCommand } from "../commands/table.ts"
import { expandWords, type SimpleCommand } from "../language/index.ts"
import { type Shell, surroundingsOf, textOf } from "../shell.ts"
import { finish, invocation } from "./invocation.ts"
import { openPipe, type Pipe } from "./pipe.ts"
import { redirect, redirected } from "./redirect.ts"
import { runProgram } from "./run-program.ts"

/** Runs commands one after the other, the next one on what the one before wrote. Gives the last one's status. */
export async function runPipeline(shell: Shell, commands: readonly SimpleCommand[]): Promise<number> {
  const [first] = commands
  if (first && commands.length === 1) return runCommand(shell, first)
  let status = 0
  let before: Pipe | undefined
  for (const [index, command] of commands.entries()) {
    const after = index + 1 < commands.length ? openPipe(shell.kernel) : undefined
    status = await runChild(shell, command, before, after)
    before?.close()
    before = after
  }
  return status
}

/** A command by itself: built-in ones run in the shell's own process. */
async function runCommand(shell: Shell, command: SimpleCommand): Promise<number> {
  const words = commandWords(shell, command)
  const [name] = words
  const { assignments, redirects } = command
  if (name === undefined)
    return redirected(shell, redirects, () => {
      for (const { name, value } of assignments) shell.variables.set(name, textOf(shell, value))
      return 0
    })
  const builtin = findCommand(name)
  if (!builtin || builtin.path !== undefined) return runChild(shell, command, undefined, undefined)
  return redirected(shell, redirects, () =>
    finish(builtin.run, invocation(shell, shell.process, name, words.slice(1))),
  )
}

/** A command in a process of its own. */
async function runChild(
  shell: Shell,
  command: SimpleCommand,
  input: Pipe | undefined,
  output: Pipe | undefined,
): Promise<number> {
  const words = commandWords(shell, command)
  const child = fork(shell)
  if (!child) return 254
  input?.installReader(child.task)
  output?.installWriter(child.task)
  const refused = redirect(shell, child, command.redirects)
  if (refused !== undefined) {
    child.write(2, new TextEncoder().encode(`sh: ${refused}\n`))
    child.exit(1)
    return 1
  }
  const environment = command.assignments.map(({ name, value }) => `${name}=${textOf(shell, value)}`)
  return runProgram(shell, child, words, environment)
}

/** A child with the shell's streams; undefined where the kernel lets it have none. */
function fork(shell: Shell): Process | undefined {
  try {
    const child = shell.kernel.world.spawn()
    for (const fd of [0, 1, 2]) child.task.duplicate(fd, fd, shell.process.task)
    return child
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error
    shell.io.err(`sh: fork: ${error.errno ? errnoText(error.errno) : error.message}\n`)
    return undefined
  }
}

/** Everything here is done as root: `sudo` is taken away. */
function commandWords(shell: Shell, { words }: SimpleCommand): string[] {
  const all = expandWords(words, surroundingsOf(shell))
  while (all[0] === "sudo") all.shift()
  return all
}
