import { concatBytes, decodeUtf8, errnoText } from "../../../base/index.ts"
import { O_RDONLY } from "../../../embedded/index.ts"
import { CommandFailure, failed, type Invocation } from "../../run/invocation.ts"
import { forKernel } from "../../shell.ts"

/** How much is read at once, as coreutils do. */
const BUFFER = 131072
const STDIN = 0

/** Hands on what a file has, piece by piece; "-" is standard input. Throws CommandFailure. */
export function readFile(call: Invocation, path: string, take: (bytes: Uint8Array) => void): void {
  const { process, shell, name } = call
  const opened = path === "-" ? undefined : process.openWith(forKernel(shell, path), O_RDONLY)
  if (opened && !opened.ok) throw new CommandFailure(failed(call, path, opened.errno))
  const fd = opened?.value ?? STDIN
  try {
    for (;;) {
      const result = process.read(fd, BUFFER)
      if (!result.ok) throw new CommandFailure(`${name}: ${path}: ${errnoText(result.errno)}\n`)
      if (result.value === 0) return
      take(result.bytes ?? new Uint8Array(0))
    }
  } finally {
    if (opened) process.close(fd)
  }
}

export function readText(call: Invocation, path: string): string {
  const chunks: Uint8Array[] = []
  readFile(call, path, bytes => chunks.push(bytes))
  return decodeUtf8(concatBytes(chunks))
}

/** Lines without their ends. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n")
  if (lines.at(-1) === "") lines.pop()
  return lines
}

/** Does something with each of these files, or standard input when there are none; one that cannot be read makes the status 1. */
export function eachFile(
  call: Invocation,
  paths: readonly string[],
  action: (path: string) => void,
  refused = 1,
): number {
  let status = 0
  for (const path of paths.length > 0 ? paths : ["-"]) {
    try {
      action(path)
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error
      call.err(error.message)
      status = refused
    }
  }
  return status
}
