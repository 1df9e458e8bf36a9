import { createInterface } from "node:readline"
import { SkepError } from "../../base/index.ts"
import { completions, parse, runText, type Shell } from "../../shell/index.ts"
import type { Io } from "../io.ts"

/** Where somebody types, and where that is shown. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
}

/** Reads command lines from the terminal until the shell is left (exit, Ctrl-D); Ctrl-C abandons a line. Gives the exit status. */
export async function prompt(shell: Shell, io: Io, terminal: Terminal = process): Promise<number> {
  const lines = createInterface({
    input: terminal.stdin,
    output: terminal.stdout,
    terminal: true,
    completer: (line: string) => completions(shell, line) as [string[], string],
    historySize: 1000,
  })
  io.out(`Linux ${shell.kernel.profile.version}, embedded. 'help' lists the commands, 'exit' leaves.\n`)
  let before = ""
  const ask = (): void => {
    lines.setPrompt(before === "" ? `skep:${shell.cwd}# ` : "> ")
    lines.prompt()
  }
  lines.on("SIGINT", () => {
    before = ""
    io.out("^C\n")
    lines.write(null, { ctrl: true, name: "u" })
    ask()
  })
  ask()
  for await (const line of lines) {
    const text = before + line
    if (isIncomplete(text)) before = `${text}\n`
    else {
      before = ""
      await runText(shell, text)
      if (shell.end !== undefined) break
    }
    ask()
  }
  lines.close()
  if (shell.end === undefined) io.out("\n")
  return shell.end ?? shell.status
}

/** What is wrong with a line is said when it is run. */
function isIncomplete(text: string): boolean {
  try {
    return parse(text).kind === "incomplete"
  } catch (error) {
    if (error instanceof SkepError) return false
    throw error
  }
}
