import type { createColors } from "picocolors"

/** What a command may touch of the outside world; tests inject their own. */
export interface Io {
  /** Writes to standard output as it stands: add the newline yourself. */
  out(text: string): void
  err(text: string): void
  /** Colour functions; the identity when standard output is no terminal or NO_COLOR is set. */
  readonly style: ReturnType<typeof createColors>
  /** Throws a SkepError (ENOENT, EACCES, EISDIR) that names the path. */
  readFile(path: string): Promise<Uint8Array>
}
