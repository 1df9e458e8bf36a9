import { createReadStream, existsSync } from "node:fs"
import { SkepError } from "../../base/index.ts"
import type { Verb } from "../objects/noun.ts"

const PIPES = ["/sys/kernel/tracing/trace_pipe", "/sys/kernel/debug/tracing/trace_pipe"]

export const tracelog: Verb = {
  names: ["tracelog"],
  words: "",
  summary: "print what programs write with bpf_printk, until interrupted",
  async run(words, { flags, io, json }) {
    words.end()
    if (!flags.linux)
      throw new SkepError("the embedded kernel does not keep objects between commands yet", {
        hint: "say --linux for the machine's own trace pipe; `skep run` shows that of its run",
      })
    const path = PIPES.find(each => existsSync(each))
    if (path === undefined)
      throw new SkepError("no trace pipe: tracefs is not mounted (ENOENT)", {
        errno: "ENOENT",
        hint: "mount -t tracefs tracefs /sys/kernel/tracing",
      })
    await follow(path, line => (json ? io.out(`${JSON.stringify(line)}\n`) : io.out(`${line}\n`)))
  },
}

/** Gives every line until SIGINT or SIGTERM. */
function follow(path: string, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = createReadStream(path, { encoding: "utf8" })
    let rest = ""
    const end = (): void => {
      process.removeListener("SIGINT", end)
      process.removeListener("SIGTERM", end)
      stream.destroy()
      resolve()
    }
    process.once("SIGINT", end)
    process.once("SIGTERM", end)
    stream.on("data", text => {
      const lines = `${rest}${text}`.split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) onLine(line)
    })
    stream.on("error", cause => {
      reject(new SkepError(`${path}: ${cause.message}`, { cause }))
    })
    stream.on("end", end)
  })
}
