import { readSync } from "node:fs"

/** What a descriptor that does not block has: undefined when it has nothing. */
export function read(fd: number, most: number): Buffer | undefined {
  const bytes = Buffer.alloc(most)
  try {
    return bytes.subarray(0, readSync(fd, bytes))
  } catch (error) {
    if ((error as { code?: string }).code === "EAGAIN") return undefined
    throw error
  }
}
