import { FRAME_POINTER } from "../../../isa/index.ts"
import { FRAME_BYTES } from "../../machine.ts"
import { framePointer } from "./transfer.ts"
import { clamp, equal, isConstant, join, type Limits, TOP, type Value, value, widen } from "./values.ts"

/** The class of constants: what they are is their distance. */
const CONSTANTS = -1

/** One of two numbers that were added: what was known of it then, and the class of registers that still hold it. */
interface Part {
  readonly known: Value
  readonly class: number
  readonly distance: number
}

/**
 * What registers hold at one place. Registers of one class hold the same 64 bits, known or not, plus their distances: what is
 * learnt of one tells of the others.
 */
export class State {
  readonly #values: Value[]
  /** Numbers of registers, or fresh ones above. */
  readonly #classes: number[]
  readonly #distances: number[]
  #fresh: number
  /** Registers that are sums of two numbers, until ways meet. */
  readonly #sums: Map<number, readonly [Part, Part]>

  private constructor(
    values: Value[],
    classes: number[],
    distances: number[],
    fresh: number,
    sums = new Map<number, readonly [Part, Part]>(),
  ) {
    this.#values = values
    this.#classes = classes
    this.#distances = distances
    this.#fresh = fresh
    this.#sums = sums
  }

  /** At a function's start: r1 … r5 are what they are, others unknown. */
  static initial(registers: number): State {
    const values: Value[] = Array.from({ length: registers }, () => TOP)
    for (const register of [1, 2, 3, 4, 5] as const) values[register] = value(register, 0, 0, 0)
    const classes = values.map((_, register) => register)
    return new State(
      values,
      classes,
      values.map(() => 0),
      registers,
    )
  }

  copy(): State {
    return new State(
      [...this.#values],
      [...this.#classes],
      [...this.#distances],
      this.#fresh,
      new Map(this.#sums),
    )
  }

  readonly read = (register: number): Value => {
    if (register === FRAME_POINTER) return framePointer(0)
    return register < 0 ? framePointer(register * FRAME_BYTES) : this.#values[register]!
  }

  /** A register gets a value that has to do with no other one. */
  write(register: number, known: Value): void {
    this.#sums.delete(register)
    this.#values[register] = known
    const isFixed = isConstant(known)
    this.#classes[register] = isFixed ? CONSTANTS : this.#fresh++
    this.#distances[register] = isFixed ? known.low : 0
  }

  /** A register gets what another one holds, plus `distance`. */
  derive(to: number, from: number, distance: number, known: Value): void {
    this.#sums.delete(to)
    this.#values[to] = known
    this.#classes[to] = this.#classes[from]!
    this.#distances[to] = this.#distances[from]! + distance
  }

  /** A register gets the sum of itself and another one, both of them numbers. */
  add(to: number, other: number, known: Value): void {
    const parts = [this.#part(to), this.#part(other)] as const
    this.write(to, known)
    this.#sums.set(to, parts)
  }

  #part(register: number): Part {
    const known = this.#values[register]!
    return { known, class: this.#classes[register]!, distance: this.#distances[register]! }
  }

  /** A register turns out to hold this. */
  learn(register: number, known: Value): void {
    if (register < 0 || register === FRAME_POINTER) return
    this.#values[register] = known
    if (known.base < 0) return
    this.#tell({ known, class: this.#classes[register]!, distance: this.#distances[register]! }, register)
    const sum = this.#sums.get(register)
    if (sum === undefined || known.base !== 0) return
    const [a, b] = sum
    this.#tell({ ...a, known: without(known, b.known) }, register)
    this.#tell({ ...b, known: without(known, a.known) }, register)
  }

  /** Registers of a class get to know what one of it holds. */
  #tell({ known, class: same, distance }: Part, except: number): void {
    if (same === CONSTANTS || known.base < 0) return
    for (let other = 0; other < this.#classes.length; other++) {
      if (this.#classes[other] !== same || other === except) continue
      const shift = this.#distances[other]! - distance
      const shifted = value(known.base, known.low + shift, known.high + shift, known.step)
      if (shifted.base >= 0) this.#narrow(other, shifted)
    }
  }

  /** Says more of a register, and of it alone. */
  know(register: number, known: Value): void {
    this.#narrow(register, known)
  }

  /** Registers hold what is known at the same place for other reasons, too. */
  meet(other: State | undefined): void {
    if (other === undefined) return
    for (const [register, known] of other.#values.entries())
      if (known.base >= 0) this.#narrow(register, known)
  }

  widened(next: State, limits: Limits, isPatient: boolean): State {
    const values = this.#values.map((before, register) =>
      widen(before, next.#values[register]!, limits, isPatient),
    )
    return new State(values, next.#classes, next.#distances, next.#fresh)
  }

  /** What holds in both. Registers stay in one class if they are in one, at the same distances, in both. */
  joined(other: State): State {
    const values = this.#values.map((known, register) => join(known, other.#values[register]!))
    const firsts = new Map<string, number>()
    const distances: number[] = []
    const classes = this.#classes.map((own, register) => {
      const distance = this.#distances[register]!
      const between = distance - other.#distances[register]!
      const key = `${own} ${other.#classes[register]} ${between}`
      const first = firsts.get(key)
      if (own === CONSTANTS && other.#classes[register] === CONSTANTS && between === 0) {
        distances[register] = distance
        return CONSTANTS
      }
      if (first === undefined) firsts.set(key, register)
      distances[register] = first === undefined ? 0 : distance - this.#distances[first]!
      return first ?? register
    })
    return new State(values, classes, distances, this.#values.length)
  }

  isSame(other: State): boolean {
    return this.#values.every(
      (known, register) =>
        equal(known, other.#values[register]!) &&
        this.#classes[register] === other.#classes[register] &&
        this.#distances[register] === other.#distances[register],
    )
  }

  #narrow(register: number, known: Value): void {
    const own = this.#values[register]!
    this.#values[register] = own.base === known.base ? (clamp(own, known.low, known.high) ?? known) : known
  }
}

/** What one part of a sum can be, given the sum and the other part. */
function without(sum: Value, part: Value): Value {
  const [low, high] = [Math.max(sum.low - part.high, 0), sum.high - part.low]
  return low <= high ? value(0, low, high, 1) : TOP
}

export function joinStates([first, ...others]: readonly State[]): State {
  // Joined with itself, a state names its classes by their first registers: so states can be compared.
  return others.reduce((all, other) => all.joined(other), first!.joined(first!))
}
