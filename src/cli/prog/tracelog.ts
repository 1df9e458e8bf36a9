import { closeSync, constants, existsSync, openSync, readSync } from "node:fs"
import { errnoText, SkepError } from "../../base/index.ts"
import type { Verb } from "../objects/noun.ts"
import { untilInterrupted } from "../objects/until-interrupted.ts"

const PIPES = ["/sys/kernel/tracing/trace_pipe", "/sys/kernel/debug/tracing/trace_pipe"]
const CHUNK = 1 << 16

export const tracelog: Verb = {
  names: ["tracelog"],
  words: "",
  summary: "print what programs write with bpf_printk, until interrupted",
  async run(words, { json, kernel: open, out }) {
    words.end()
    const { kernel } = await open()
    const path = PIPES.find(each => existsSync(each))
    if (path === undefined)
      throw new SkepError("no trace pipe: tracefs is not mounted (ENOENT)", {
        errno: "ENOENT",
        hint: "mount -t tracefs tracefs /sys/kernel/tracing",
      })
    await untilInterrupted(async signal => {
      const each = async (write: (line: string) => void): Promise<void> => {
        for await (const line of linesOf(path, fd => kernel.readable(fd, signal), signal)) write(line)
      }
      if (!json) await each(out)
      else
        await json.arrayOverTime(() =>
          each(line => {
            json.string(line)
            out(json.take())
          }),
        )
    })
  },
}

/** Lines of a file that waits for more at its end, each with its newline. A blocking read would hold the process at its end. */
async function* linesOf(
  path: string,
  readable: (fd: number) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const fd = openPipe(path)
  const decoder = new TextDecoder()
  let rest = ""
  try {
    while (!signal.aborted) {
      const bytes = readSome(fd)
      if (!bytes) {
        await readable(fd)
        continue
      }
      const lines = `${rest}${decoder.decode(bytes, { stream: true })}`.split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) yield `${line}\n`
    }
  } finally {
    closeSync(fd)
  }
}

function openPipe(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    const busy = (cause as NodeJS.ErrnoException).code === "EBUSY"
    throw new SkepError(
      busy ? `${path}: ${errnoText("EBUSY")} (EBUSY)` : `${path}: ${(cause as Error).message}`,
      {
        cause,
        ...(busy && { errno: "EBUSY", hint: "somebody else reads it" }),
      },
    )
  }
}

/** Undefined when nothing is there. */
function readSome(fd: number): Uint8Array | undefined {
  const bytes = new Uint8Array(CHUNK)
  try {
    const count = readSync(fd, bytes)
    return count === 0 ? undefined : bytes.subarray(0, count)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined
    throw error
  }
}
