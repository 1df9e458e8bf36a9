/** A program of user space: an executable for Linux on x86-64, and what its functions do where machine code cannot be run. */
export interface UserProgram {
  /**
   * An ELF file, statically linked. It reads requests of 32 bytes from its standard input, the address of a function and three
   * arguments of 64 bits, calls the function and writes what that returns, 8 bytes; at the end of its input it exits.
   */
  readonly image: Uint8Array
  readonly functions: Readonly<Record<string, UserFunction>>
  /** How those functions are called that are not called as C's are. */
  readonly conventions?: Readonly<Record<string, CallingConvention>>
}

/**
 * Where a function finds its arguments. "go": in rax, rbx, rcx, rdi, rsi, r8 … as compilers of Go do since 1.17; "goStack": behind
 * the address to return to, as they did before, with the result behind the arguments.
 */
export type CallingConvention = "c" | "go" | "goStack"

/** Arguments and result are signed numbers of 64 bits. */
export type UserFunction = (calls: UserCalls, ...args: readonly bigint[]) => bigint

/** What a function does on its way that others can see. */
export interface UserCalls {
  /** Calls another function of the program. */
  call(symbol: string, ...args: readonly bigint[]): bigint
  /** Comes by the next statically defined probe of this name. Constants among its arguments are not given. */
  probe(provider: string, name: string, ...args: readonly bigint[]): void
  /** What the semaphore of a statically defined probe says: at how many of its places somebody listens to this process. */
  watchers(provider: string, name: string): bigint
  /** Puts text into the process's memory, a NUL behind it, and gives its address. It is there until the outermost call returns. */
  text(text: string): bigint
  /** Keeps the processor busy. */
  work(milliseconds: number): void
}

/** A process that runs such a program. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number
  /** Lets it call one of its functions, with three arguments at most. */
  call(symbol: string, ...args: readonly (bigint | number)[]): Promise<bigint>
  /** The function of the program that an address lies in. */
  functionAt(address: bigint): string | undefined
}
