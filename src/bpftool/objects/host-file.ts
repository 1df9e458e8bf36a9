import { SkepError } from "../../base/index.ts"
import type { CommandIo } from "../io.ts"

/** Writes a file of the machine that the command runs on. Throws SkepError where none are written. */
export function writeHostFile(io: CommandIo, path: string, bytes: Uint8Array, mode?: number): void {
  if (io.writeFile) io.writeFile(path, bytes, mode)
  else throw new SkepError(`can't open file ${path}: this shell writes no files of the machine outside`)
}
