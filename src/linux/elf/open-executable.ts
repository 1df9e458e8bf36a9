import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { errnoName, errnoNumber } from "../../base/index.ts"
import { cannotOpen, checkRoom, Executable } from "../../kernel/index.ts"

/** Opens a program or library, hands it to `use` and closes it. Throws AttachError (the errno of open(2), ENOEXEC). */
export function withExecutable<T>(path: string, use: (executable: Executable) => T): T {
  const fd = openFile(path)
  try {
    const { size } = fstatSync(fd)
    return use(
      new Executable((offset, length) => {
        checkRoom(path, offset, length, size)
        const bytes = new Uint8Array(length)
        const count = readSync(fd, bytes, 0, length, offset)
        checkRoom(path, offset, length, offset + count)
        return bytes
      }, path),
    )
  } finally {
    closeSync(fd)
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "r")
  } catch (cause) {
    const errno = errnoName(-((cause as { errno?: number }).errno ?? -errnoNumber("EIO"))) ?? "EIO"
    throw cannotOpen(path, errno, cause)
  }
}
