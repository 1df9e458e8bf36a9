import { decodeUtf8 } from "../../base/index.ts"
import { type EmbeddedKernel, fileOn, O_RDWR, type Task } from "../../embedded/index.ts"

interface Streams {
  out(text: string): void
  err(text: string): void
}

/** Gives a task its standard streams: reads end at once, what is written comes out. The answer takes them away. */
export function openConsole(kernel: EmbeddedKernel, task: Task, streams: Streams): () => void {
  const nodes = [streams.out, streams.out, streams.err].map(write =>
    kernel.files.anonymous({
      read: () => new Uint8Array(0),
      write(_kernel, _file, bytes) {
        write(decodeUtf8(bytes))
        return bytes.length
      },
    }),
  )
  nodes.forEach((node, fd) => {
    task.installFileAt(fd, fileOn(kernel, node, O_RDWR))
  })
  return () => {
    nodes.forEach((node, fd) => {
      task.closeFile(fd)
      kernel.files.remove(node)
    })
  }
}
