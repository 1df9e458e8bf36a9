import { decodeUtf8 } from "../../base/index.ts"
import { bootMachine, openShell, runText } from "../../shell/index.ts"
import { endWith } from "../command.ts"
import type { Io } from "../io.ts"
import { prompt } from "./prompt.ts"

export interface ShellOptions {
  readonly release: string
  /** Command lines to run. */
  readonly commands: string | undefined
  /** A file with them; "-" for standard input. */
  readonly script: string | undefined
}

/** Runs command lines, or a prompt where none are told, on a kernel of its own. The status is the last command's. */
export async function runShell({ release, commands, script }: ShellOptions, io: Io): Promise<void> {
  const text = commands ?? (await scriptText(script, io))
  await using kernel = await bootMachine({ release })
  const shell = openShell(kernel, io)
  try {
    endWith(text === undefined ? await prompt(shell, io) : await runText(shell, text))
  } finally {
    shell.close()
  }
}

/** Undefined where somebody is to type. */
async function scriptText(script: string | undefined, io: Io): Promise<string | undefined> {
  if (script === undefined && process.stdin.isTTY) return undefined
  return decodeUtf8(await io.readFile(script === undefined || script === "-" ? "/dev/stdin" : script))
}
