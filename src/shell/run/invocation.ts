import { type Errno, encodeUtf8, errnoText, SkepError } from "../../base/index.ts"
import type { Process } from "../../embedded/index.ts"
import type { Shell } from "../shell.ts"

/** One run of a command. */
export interface Invocation {
  readonly shell: Shell
  /** Whose system calls are made: a child that has executed the command's program, or the shell itself. */
  readonly process: Process
  readonly name: string
  readonly args: readonly string[]
  /** write(2) to standard output. Throws CommandFailure. */
  out(text: string | Uint8Array): void
  err(text: string): void
}

/** Ends a command: what there is to say on standard error, and its status. */
export class CommandFailure extends Error {
  readonly status: number

  /** `text` with its line's end. */
  constructor(text: string, status = 1) {
    super(text)
    this.status = status
  }
}

/** "cat: /nope: No such file or directory". */
export function failed({ name }: Pick<Invocation, "name">, what: string, errno: Errno): string {
  return `${name}: ${what}: ${errnoText(errno)}\n`
}

export function invocation(
  shell: Shell,
  process: Process,
  name: string,
  args: readonly string[],
): Invocation {
  return {
    shell,
    process,
    name,
    args,
    out(text) {
      const result = process.write(1, typeof text === "string" ? encodeUtf8(text) : text)
      if (!result.ok) throw new CommandFailure(failed({ name }, "write error", result.errno))
    },
    err: text => void process.write(2, encodeUtf8(text)),
  }
}

/** Runs a command to its end: what it throws becomes text on standard error, and a status. */
export async function finish(
  run: (invocation: Invocation) => number | Promise<number>,
  call: Invocation,
): Promise<number> {
  try {
    return await run(call)
  } catch (error) {
    if (error instanceof CommandFailure) {
      call.err(error.message)
      return error.status
    }
    if (!(error instanceof SkepError)) throw error
    call.err(errorLines(error))
    return 1
  }
}

/** The one line of an error, and its hint. */
export function errorLines({ message, hint }: SkepError): string {
  return `error: ${message}\n${hint === undefined ? "" : `  hint: ${hint}\n`}`
}
