import type { Errno } from "../../base/index.ts"
import type { ExecutableProgram } from "../../engine/index.ts"
import type { RunOptions, RunSubject } from "../../kernel/index.ts"
import type { KernelMemory } from "../memory/index.ts"

/** What a test run needs of the kernel. */
export interface RunHost {
  readonly memory: KernelMemory
  readonly cpus: number
  /** Whether the caller's network namespace has a device with this index. */
  hasDevice(index: number): boolean
  since(release: string): boolean
}

/** One input: bytes that the caller gave. */
export interface Input {
  readonly packet: Uint8Array | undefined
  readonly context: Uint8Array | undefined
}

/** What a run leaves for its caller. */
export interface Output {
  readonly packet?: Uint8Array
  readonly context?: Uint8Array
}

/** A test run of one family of program types: how an input becomes memory and memory an answer. */
export interface RunKind {
  /** Memory for one input; the context is at its start. */
  slotBytes(input: Input, subject: TestSubject): number
  /** Whether each of several runs finds the input as it was, and not as the one before left it. */
  readonly isFresh: boolean
  /** Whether `repeat` and the duration are known to it. */
  readonly isTimed: boolean
  /** Throws Refused for options that no input of this kind may have. */
  check(options: RunOptions, subject: TestSubject): void
  /** Writes an input to a slot: zeros, or where runs start anew what the one before left. Throws Refused. */
  place(host: RunHost, slot: number, input: Input, subject: TestSubject): void
  collect(host: RunHost, slot: number, input: Input, subject: TestSubject): Output
}

export interface TestSubject extends RunSubject {
  readonly executable: ExecutableProgram
}

/** An input that Linux refuses. */
export class Refused extends Error {
  readonly errno: Errno

  constructor(errno: Errno, reason?: string) {
    super(reason)
    this.errno = errno
  }
}

export function refuseIf(condition: unknown, errno: Errno, reason?: string): void {
  if (condition) throw new Refused(errno, reason)
}
