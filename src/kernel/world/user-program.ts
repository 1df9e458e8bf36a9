/** A program of user space: an executable for Linux on x86-64, and what its functions do where machine code cannot be run. */
export interface UserProgram {
  /**
   * An ELF file, statically linked. It reads requests of 32 bytes from its standard input, the address of a function and three
   * arguments of 64 bits, calls the function and writes what that returns, 8 bytes; at the end of its input it exits.
   */
  readonly image: Uint8Array
  readonly functions: Readonly<Record<string, UserFunction>>
}

/** Arguments and result are signed numbers of 64 bits. */
export type UserFunction = (calls: UserCalls, ...args: readonly bigint[]) => bigint

/** What a function does on its way that others can see. */
export interface UserCalls {
  /** Calls another function of the program. */
  call(symbol: string, ...args: readonly bigint[]): bigint
  /** Comes by the next statically defined probe of this name. Constants among its arguments are not given. */
  probe(provider: string, name: string, ...args: readonly bigint[]): void
}

/** A process that runs such a program. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number
  /** Lets it call one of its functions, with three arguments at most. */
  call(symbol: string, ...args: readonly (bigint | number)[]): Promise<bigint>
}
