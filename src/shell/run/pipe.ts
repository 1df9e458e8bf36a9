import { type EmbeddedKernel, fileOn, O_RDONLY, O_WRONLY, type Task } from "../../embedded/index.ts"

/** A pipe whose writer runs before its reader: it takes all there is. */
export interface Pipe {
  /** Puts an end under a descriptor of a task. */
  readonly installReader: (task: Task) => void
  readonly installWriter: (task: Task) => void
  close(): void
}

export function openPipe(kernel: EmbeddedKernel): Pipe {
  const chunks: Uint8Array[] = []
  const node = kernel.files.anonymous({
    read(_kernel, _file, count) {
      const first = chunks.shift()
      if (!first || first.length <= count) return first ?? new Uint8Array(0)
      chunks.unshift(first.slice(count))
      return first.slice(0, count)
    },
    write(_kernel, _file, bytes) {
      chunks.push(bytes.slice())
      return bytes.length
    },
  })
  const install = (task: Task, fd: number, flags: number): void => {
    task.closeFile(fd)
    task.installFileAt(fd, fileOn(kernel, node, flags))
  }
  return {
    installReader: task => install(task, 0, O_RDONLY),
    installWriter: task => install(task, 1, O_WRONLY),
    close: () => kernel.files.remove(node),
  }
}
