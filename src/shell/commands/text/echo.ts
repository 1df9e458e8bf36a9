import type { ShellCommand } from "../support/command.ts"

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\", e: "\x1b" }

export const echo: ShellCommand = {
  summary: "print words: echo [-n] [-e] [WORD]...",
  run(call) {
    let { args } = call
    let [isOpen, hasEscapes] = [false, false]
    while (/^-[ne]+$/.test(args[0] ?? "")) {
      isOpen ||= args[0]!.includes("n")
      hasEscapes ||= args[0]!.includes("e")
      args = args.slice(1)
    }
    const text = args.join(" ")
    const shown = hasEscapes ? text.replace(/\\([nte\\])/g, (_, letter: string) => ESCAPES[letter]!) : text
    call.out(isOpen ? shown : `${shown}\n`)
    return 0
  },
}
