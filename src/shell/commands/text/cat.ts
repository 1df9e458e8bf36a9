import type { ShellCommand } from "../support/command.ts"
import { parseFlags } from "../support/flags.ts"
import { eachFile, linesOf, readFile, readText } from "../support/read.ts"

export const cat: ShellCommand = {
  summary: "print files: cat [-n] [FILE]...",
  path: "/bin/cat",
  run(call) {
    const { on, operands } = parseFlags(call, "n")
    let number = 0
    return eachFile(call, operands, path => {
      if (!on.has("n")) {
        readFile(call, path, bytes => call.out(bytes))
        return
      }
      const numbered = linesOf(readText(call, path)).map(line => `${String(++number).padStart(6)}\t${line}\n`)
      call.out(numbered.join(""))
    })
  },
}
