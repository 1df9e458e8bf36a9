import { FAULT_REASONS } from "../fault-reasons.ts"
import { InstructionFault } from "../instruction-fault.ts"
import {
  type ExecutableProgram,
  FRAME_BYTES,
  MAX_FRAMES,
  MAX_LOOPS,
  type Machine,
  type StackRange,
} from "../machine.ts"
import type { NativeCalls } from "../native-calls.ts"
import { StackArena } from "../stack-arena.ts"
import { MAILBOX_BYTES } from "./layout.ts"

/** What the programs of one memory and stack share: globals, the mailbox, and the run that is going on. */
export class Site {
  readonly memory: WebAssembly.Memory
  readonly stack: StackRange
  readonly arena: StackArena
  readonly loopBudget = new WebAssembly.Global({ value: "i32", mutable: true }, MAX_LOOPS)
  readonly mailboxAddress: number
  readonly natives: NativeCalls | undefined
  run: Run | undefined
  #mailbox: BigUint64Array
  #memoryBytes: number

  constructor({ memory, stack, natives }: Machine) {
    this.natives = natives
    this.memory = memory
    this.stack = stack
    this.arena = StackArena.of(stack)
    // The lowest frame of the stack is never handed out.
    this.mailboxAddress = stack.base
    this.#mailbox = this.#view()
    this.#memoryBytes = this.#mailbox.buffer.byteLength
  }

  /** r0 … r5. */
  get mailbox(): BigUint64Array {
    this.#lookAgain()
    return this.#mailbox
  }

  /** How large memory is now. */
  get memoryBytes(): number {
    this.#lookAgain()
    return this.#memoryBytes
  }

  /** Memory that grew has a new buffer, and views of the old one are empty: to see that is quicker than to ask for the buffer. */
  #lookAgain(): void {
    if (this.#mailbox.length > 0) return
    this.#mailbox = this.#view()
    this.#memoryBytes = this.#mailbox.buffer.byteLength
  }

  /** Takes the frame of a run that starts at a slot; giving it back is the caller's. Throws when there is no room. */
  enter(program: ExecutableProgram, slot: number): RunFrames {
    const framePointer = this.arena.enter()
    if (framePointer === undefined)
      throw new InstructionFault({ program, slot, reason: FAULT_REASONS.noRoom(this.stack) })
    const frame = framePointer - FRAME_BYTES
    const [last, lowest] = [frame - (MAX_FRAMES - 1) * FRAME_BYTES, this.stack.base + FRAME_BYTES]
    return { frame, limit: Math.max(last, lowest), isStackShort: last < lowest }
  }

  #view(): BigUint64Array {
    return new BigUint64Array(this.memory.buffer, this.mailboxAddress, MAILBOX_BYTES / 8)
  }
}

export interface RunFrames {
  /** Where the first one starts. */
  readonly frame: number
  /** Where the lowest one that the run may use starts. */
  readonly limit: number
  /** The stack has less room than all frames need. */
  readonly isStackShort: boolean
}

/** What one run shares with the programs that it tail-calls and with its callbacks. */
export interface Run {
  readonly machine: Machine
  /** The stack has less room than all frames need. */
  readonly isStackShort: boolean
  /** Of the program that it started with. */
  readonly instance: { readonly runs: number }
  /** In the run that is going on, when there are many in a row: how many are left, and its tail calls. */
  runs: number
  tailCalls: number
}

const sites = new WeakMap<StackRange, Site>()

export function siteOf(machine: Machine): Site {
  const { memory, stack, natives } = machine
  let site = sites.get(stack)
  if (site === undefined || site.memory !== memory || site.natives !== natives) {
    site = new Site(machine)
    sites.set(stack, site)
  }
  return site
}
