import { COMMANDS } from "../../catalog/index.ts"
import type { BpfCall, BpfCommand } from "../../kernel/index.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import type { Native } from "../ffi/native.ts"
import { Scratch } from "../ffi/scratch.ts"
import { readStructure, type Structure, usedSize, type Values, writeStructure } from "../ffi/structure.ts"
import { systemCallNumber } from "../ffi/system-calls.ts"

export type { BpfCall, BpfCommand }

export interface PreparedCall extends Disposable {
  run(): number
}

/** More than `union bpf_attr` has on any kernel. */
const LARGEST_ATTRIBUTES = 256

const NUMBERS = new Map<string, number>(COMMANDS.map(row => [row.abi, row.number]))

const EAGAIN = 11
/** As often as libbpf tries a load that a signal interrupts. */
const ATTEMPTS = 5

/** bpf(2): commands with their attributes by name. */
export class Bpf {
  readonly native: Native
  readonly #number = systemCallNumber("bpf")
  /** Told of every call, also of refused ones. */
  onCall: ((call: BpfCall) => void) | undefined

  constructor(native: Native) {
    this.native = native
  }

  /**
   * Makes one call. `minimum` bytes of attributes are passed even where no field is set so far: for what the kernel
   * writes back, which is in `attributes`. A negative result is −errno.
   */
  try<S extends Structure>(
    command: BpfCommand,
    structure: S,
    values: Values<S>,
    minimum = 0,
  ): { readonly result: number; readonly attributes: ReturnType<typeof readStructure<S>> } {
    using scratch = new Scratch(this.native)
    const size = Math.max(usedSize(structure, values), minimum)
    // Kernels write some answers (`query.revision`) behind the size that they are told.
    const { address, bytes } = scratch.allocate(Math.max(size, LARGEST_ATTRIBUTES))
    writeStructure(structure, values, bytes, scratch)
    let result = 0
    // The verifier gives up with EAGAIN when a signal is pending; the next try gets through.
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      result = this.native.syscall(this.#number, commandNumber(command), address, size)
      if (result !== -EAGAIN || command !== "BPF_PROG_LOAD") break
    }
    this.onCall?.({ command, structure, values, size, result })
    return { result, attributes: readStructure(structure, bytes) }
  }

  /**
   * A call that can be made again and again without being built anew: what its attributes point to by address may change
   * meanwhile. `run` gives the result, or −errno.
   */
  prepare<S extends Structure>(command: BpfCommand, structure: S, values: Values<S>): PreparedCall {
    const scratch = new Scratch(this.native)
    const size = usedSize(structure, values)
    const { address, bytes } = scratch.allocate(size)
    writeStructure(structure, values, bytes, scratch)
    return {
      run: () => {
        const result = this.native.syscall(this.#number, commandNumber(command), address, size)
        this.onCall?.({ command, structure, values, size, result })
        return result
      },
      [Symbol.dispose]: () => scratch[Symbol.dispose](),
    }
  }

  /** Makes one call and gives its result. Throws LinuxCallError. */
  call<S extends Structure>(command: BpfCommand, structure: S, values: Values<S>, minimum = 0): number {
    const { result } = this.try(command, structure, values, minimum)
    if (result < 0) throw new LinuxCallError(command, -result)
    return result
  }
}

function commandNumber(command: BpfCommand): number {
  const number = NUMBERS.get(command)
  if (number === undefined) throw new Error(`BUG: bpf(2) has no command ${command}`)
  return number
}
