import { constants } from "node:fs"
import type { OpenOptions } from "../../kernel/index.ts"

/** The flags of openat(2). */
export function openFlags({ create, exclusive, write, directory }: OpenOptions): number {
  return (
    (write ? constants.O_RDWR : constants.O_RDONLY) |
    (create ? constants.O_CREAT : 0) |
    (exclusive ? constants.O_EXCL : 0) |
    (directory ? constants.O_DIRECTORY : 0)
  )
}
