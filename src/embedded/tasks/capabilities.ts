import { CAPABILITY_NUMBERS, type Capability } from "../../catalog/index.ts"
import type { KernelMemory, KernelObject } from "../memory/index.ts"

/** Every capability that Linux has since 5.9: CAP_CHECKPOINT_RESTORE is the last. */
const ALL = (1n << 41n) - 1n

/** The capabilities in a struct cred, a bit each: 64 bits a set, which 6.1 has as two words. */
export class Capabilities {
  readonly #view: DataView
  readonly #effective: number
  readonly #permitted: number

  constructor(memory: KernelMemory, cred: KernelObject) {
    this.#view = memory.view
    this.#effective = cred.addressOf("cap_effective")
    this.#permitted = cred.addressOf("cap_permitted")
  }

  get effective(): bigint {
    return this.#view.getBigUint64(this.#effective, true)
  }

  get permitted(): bigint {
    return this.#view.getBigUint64(this.#permitted, true)
  }

  /** As a change of the user or an exec leaves them: root has all, others none. */
  setFor(uid: number): void {
    this.copy({ effective: uid === 0 ? ALL : 0n, permitted: uid === 0 ? ALL : 0n })
  }

  /** As fork(2) does. */
  copy({ effective, permitted }: Pick<Capabilities, "effective" | "permitted">): void {
    this.#view.setBigUint64(this.#effective, effective, true)
    this.#view.setBigUint64(this.#permitted, permitted, true)
  }

  /** What is effective of those that BPF asks for. */
  held(): ReadonlySet<Capability> {
    const bits = this.effective
    const held = Object.entries(CAPABILITY_NUMBERS).filter(([, number]) => (bits >> BigInt(number)) & 1n)
    return new Set(held.map(([name]) => name as Capability))
  }

  /** capset(2): of those that BPF asks for, these alone are effective; the answer takes that back. */
  hold(held: readonly Capability[]): () => void {
    const before = this.effective
    const set = (bits: bigint): void => this.#view.setBigUint64(this.#effective, bits, true)
    let bits = before
    for (const [name, number] of Object.entries(CAPABILITY_NUMBERS)) {
      const bit = 1n << BigInt(number)
      bits = held.includes(name as Capability) ? bits | bit : bits & ~bit
    }
    set(bits)
    return () => set(before)
  }
}
