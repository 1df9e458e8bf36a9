import { PassThrough } from "node:stream"
import picocolors from "picocolors"
import { expect, test } from "vitest"
import { bootMachine, openShell } from "../../shell/index.ts"
import { prompt } from "./prompt.ts"

/** Lets a prompt see what is typed, key stroke by key stroke, and gives what commands wrote and the status. */
async function typed(...strokes: readonly string[]): Promise<readonly [text: string, status: number]> {
  const kernel = await bootMachine()
  let text = ""
  const write = (part: string): void => {
    text += part
  }
  const io = {
    out: write,
    err: write,
    style: picocolors.createColors(false),
    readFile: async () => new Uint8Array(0),
  }
  const shell = openShell(kernel, io)
  const terminal = { stdin: new PassThrough(), stdout: new PassThrough() }
  const status = prompt(shell, io, terminal)
  for (const stroke of strokes) {
    terminal.stdin.write(stroke)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  const ended = await status
  shell.close()
  await kernel[Symbol.asyncDispose]()
  return [text.slice(text.indexOf("\n") + 1), ended]
}

const [TAB, UP, CONTROL_C, CONTROL_D] = ["\t", "\x1b[A", "\x03", "\x04"]

test("runs what is typed, completes it, and remembers it", async () => {
  const [text, status] = await typed("cat /proc/sys/kernel/hostn", TAB, "\r", UP, "\r", "exit 3\r")
  expect(text).toBe("skep\nskep\n")
  expect(status).toBe(3)
})

test("asks for more where a line is not complete, and forgets a line at Ctrl-C", async () => {
  const [text, status] = await typed(
    "echo 'a\r",
    "b'\r",
    "echo 'c\r",
    CONTROL_C,
    "echo d",
    CONTROL_C,
    "false\r",
    CONTROL_D,
  )
  expect(text).toBe("a\nb\n^C\n^C\n\n")
  expect(status).toBe(1)
})
