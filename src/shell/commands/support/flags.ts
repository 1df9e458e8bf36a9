import { CommandFailure, type Invocation } from "../../run/invocation.ts"

export interface Flags {
  /** Letters of options that were given. */
  readonly on: ReadonlySet<string>
  /** What stands behind options that take a value. */
  readonly values: ReadonlyMap<string, string>
  readonly operands: readonly string[]
}

/**
 * Options of one letter, in one word or many ("-in", "-n 3", "-n3"); "--" ends them. `plain` are letters without a value,
 * `valued` those with one. Throws CommandFailure (status 2) for others.
 */
export function parseFlags({ name, args }: Invocation, plain: string, valued = ""): Flags {
  const on = new Set<string>()
  const values = new Map<string, string>()
  const operands: string[] = []
  for (let index = 0; index < args.length; index++) {
    const word = args[index]!
    if (word === "--") {
      operands.push(...args.slice(index + 1))
      break
    }
    if (!/^-./.test(word) || /^-\d/.test(word)) {
      operands.push(word)
      continue
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!
      if (plain.includes(letter)) on.add(letter)
      else if (valued.includes(letter)) {
        const value = word.slice(at + 1) || args[++index]
        if (value === undefined)
          throw new CommandFailure(`${name}: option requires an argument -- '${letter}'\n`, 2)
        values.set(letter, value)
        break
      } else throw new CommandFailure(`${name}: invalid option -- '${letter}'\n`, 2)
    }
  }
  return { on, values, operands }
}

/** A count behind an option, "3" or "-3"; `otherwise` without one. Throws CommandFailure. */
export function countOf({ name }: Invocation, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (/^-?\d+$/.test(text)) return Math.abs(Number(text))
  throw new CommandFailure(`${name}: invalid number of lines: '${text}'\n`)
}
