/** What commands touch of the outside world. */
export interface CommandIo {
  /** Writes to standard output as it stands: add the newline yourself. */
  out(text: string): void
  err(text: string): void
  /** Throws a SkepError (ENOENT, EACCES, EISDIR) that names the path. */
  readFile(path: string): Promise<Uint8Array>
  /** Missing where no files are written. Throws SkepError. */
  writeFile?(path: string, bytes: Uint8Array, mode?: number): void
}
