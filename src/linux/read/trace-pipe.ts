import { closeSync, constants, existsSync, openSync, readSync } from "node:fs"
import { errnoText, SkepError } from "../../base/index.ts"
import type { Poller } from "../ffi/epoll.ts"
import { whenReadable } from "./records.ts"

const PIPES = ["/sys/kernel/tracing/trace_pipe", "/sys/kernel/debug/tracing/trace_pipe"]
const CHUNK = 1 << 16

/**
 * Lines of the trace pipe as ftrace prints them, until `signal` fires: what bpf_printk wrote and nobody has read yet, and
 * what comes; also what other tracers write. Each line goes to one reader of the machine. Throws SkepError: ENOENT without tracefs, EACCES, EBUSY.
 */
export async function* readTracePipe(poller: Poller, signal?: AbortSignal): AsyncGenerator<string> {
  const fd = openPipe()
  const decoder = new TextDecoder()
  const bytes = new Uint8Array(CHUNK)
  let rest = ""
  try {
    while (!signal?.aborted) {
      const count = readSome(fd, bytes)
      if (count === 0) {
        await whenReadable(poller, [fd], { signal })
        continue
      }
      const lines = `${rest}${decoder.decode(bytes.subarray(0, count), { stream: true })}`.split("\n")
      rest = lines.pop() ?? ""
      yield* lines
    }
  } finally {
    closeSync(fd)
  }
}

function openPipe(): number {
  const path = PIPES.find(each => existsSync(each))
  if (path === undefined)
    throw new SkepError("no trace pipe: tracefs is not mounted, or not for this user (ENOENT)", {
      errno: "ENOENT",
      hint: "mount -t tracefs tracefs /sys/kernel/tracing",
    })
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    if ((cause as { code?: string }).code !== "EBUSY")
      throw new SkepError(`${path}: ${(cause as Error).message}`, { cause })
    throw new SkepError(`${path}: ${errnoText("EBUSY")} (EBUSY)`, {
      cause,
      errno: "EBUSY",
      hint: "somebody else reads it",
    })
  }
}

/** 0 when there is nothing now. */
function readSome(fd: number, bytes: Uint8Array): number {
  try {
    return readSync(fd, bytes)
  } catch (error) {
    if ((error as { code?: string }).code === "EAGAIN") return 0
    throw error
  }
}
