/** What stands in front of a line of the trace pipe. */
export interface TraceLine {
  readonly comm: string
  readonly pid: number
  readonly cpu: number
  /** Interrupt, scheduling and preemption state as ftrace prints it: "...21". */
  readonly flags: string
  /** Nanoseconds since boot. */
  readonly time: bigint
  readonly text: string
}

const MAX_LINES = 100_000

/** /sys/kernel/tracing/trace_pipe: what bpf_trace_printk wrote, in order. */
export class TracePipe {
  readonly #lines: TraceLine[] = []
  readonly #listeners = new Set<(line: TraceLine) => void>()
  /** Lines dropped because nobody read them in time. */
  lost = 0

  write(line: TraceLine): void {
    if (this.#lines.length >= MAX_LINES) {
      this.#lines.shift()
      this.lost += 1
    }
    this.#lines.push(line)
    for (const listener of this.#listeners) listener(line)
  }

  /** Takes the lines that were not read yet. */
  take(): TraceLine[] {
    return this.#lines.splice(0)
  }

  /** Lines as the pipe prints them, as they come; each goes to one reader. Ends when `signal` fires. */
  async *follow(signal?: AbortSignal): AsyncGenerator<string> {
    while (!signal?.aborted) {
      const line = this.#lines.shift()
      if (line) yield formatTraceLine(line)
      else await this.#nextLine(signal)
    }
  }

  #nextLine(signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        stop()
        signal?.removeEventListener("abort", done)
        resolve()
      }
      const stop = this.onLine(done)
      signal?.addEventListener("abort", done)
    })
  }

  /** Calls `listener` for every later line; the answer stops it. */
  onLine(listener: (line: TraceLine) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/** The line as the trace pipe prints it (kernel/trace/trace_output.c of 6.1 to 6.12). */
export function formatTraceLine(line: TraceLine): string {
  const microseconds = line.time / 1000n
  const seconds = (microseconds / 1_000_000n).toString().padStart(5)
  const fraction = (microseconds % 1_000_000n).toString().padStart(6, "0")
  const task = `${line.comm.padStart(16)}-${line.pid.toString().padEnd(7)}`
  const cpu = line.cpu.toString().padStart(3, "0")
  return `${task} [${cpu}] ${line.flags} ${seconds}.${fraction}: bpf_trace_printk: ${line.text}`
}
