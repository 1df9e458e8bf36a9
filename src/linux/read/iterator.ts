import { close, read } from "node:fs"
import { promisify } from "node:util"
import { ITER_CREATE } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"

const CHUNK = 1 << 16

const readAsync = promisify(read)
const closeAsync = promisify(close)

/**
 * One walk of an iterator: the bytes that its program writes, in pieces as the kernel gives them. Each walk sees the
 * objects anew. Throws LinuxCallError, and what read(2) refuses.
 */
export async function* readIterator(bpf: Bpf, linkFd: number): AsyncGenerator<Uint8Array> {
  const fd = bpf.call("BPF_ITER_CREATE", ITER_CREATE, { link_fd: linkFd }, 8)
  try {
    for (;;) {
      const bytes = new Uint8Array(CHUNK)
      const count = await readSome(fd, bytes)
      if (count === 0) return
      yield bytes.subarray(0, count)
    }
  } finally {
    await closeAsync(fd)
  }
}

/** EAGAIN says that the kernel saw many objects without output, and goes on with the next read. */
async function readSome(fd: number, bytes: Uint8Array): Promise<number> {
  for (;;)
    try {
      return (await readAsync(fd, bytes, 0, bytes.length, null)).bytesRead
    } catch (error) {
      if ((error as { code?: string }).code !== "EAGAIN") throw error
    }
}
