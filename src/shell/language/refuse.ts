import { UsageError } from "../../base/index.ts"

/** Throws UsageError: the line is none of this shell's language. */
export function refuseSyntax(why: string): never {
  throw new UsageError(`syntax: ${why}`, { hint: "words, quotes, pipes, ; && || and redirections: see help" })
}
