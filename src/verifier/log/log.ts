/** Collects what the verifier says. Level 0 collects nothing but the last line, for the answer. */
export interface Log {
  readonly level: number
  /** How many characters were written. */
  readonly length: number
  text(): string
  /** Writes text that may not end a line. */
  write(text: string): void
  line(text: string): void
  /** Takes back everything behind a length. */
  cut(length: number): void
}

export const LOG_LEVEL = { BRANCHES: 1, STATES: 2, STATISTICS: 4 } as const

export function newLog(level: number): Log {
  const parts: string[] = []
  let length = 0
  const write = (text: string) => {
    if (level === 0) return
    parts.push(text)
    length += text.length
  }
  return {
    level,
    get length() {
      return length
    },
    text: () => parts.join(""),
    write,
    line: text => write(`${text}\n`),
    cut(to) {
      while (length > to) {
        const last = parts.pop()!
        length -= last.length
        if (length < to) write(last.slice(0, to - length))
      }
    },
  }
}

/** Whether anything but statistics is printed. */
export function printsSteps(log: Log): boolean {
  return (log.level & (LOG_LEVEL.BRANCHES | LOG_LEVEL.STATES)) !== 0
}
