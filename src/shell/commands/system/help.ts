import type { ShellCommand } from "../support/command.ts"

/** `help` shows what the table has, so the table hands itself in. */
export function helpOn(commands: () => Readonly<Record<string, ShellCommand>>): ShellCommand {
  return {
    summary: "this list",
    run(call) {
      const rows = Object.entries(commands()).filter(([name]) => !name.startsWith("/"))
      const width = Math.max(...rows.map(([name]) => name.length))
      call.out(
        `${rows.map(([name, { summary }]) => `${name.padEnd(width)}  ${summary}\n`).join("")}
Any other program of the file tree runs too (fork, execve, exit), and does nothing by itself.
Lines: words, '…', "…", \\, $NAME, $?, # comments; ; && || | ! < > >> 2> 2>&1, NAME=VALUE, patterns (* ? [a]).
Files are those of the embedded kernel; of the host only object files are read, and nothing is written.
`,
      )
      return 0
    },
  }
}
