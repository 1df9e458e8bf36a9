import { AssemblyError } from "../base/index.ts"

/** Text that is no instruction: where (both from 1), and what would have been one. */
export class AssemblySyntaxError extends AssemblyError {
  readonly line: number
  readonly column: number
  readonly expected: string

  constructor(line: number, column: number, expected: string, found: string, hint?: string) {
    super(
      `line ${line}, column ${column}: expected ${expected}, found ${found}`,
      hint === undefined ? {} : { hint },
    )
    this.line = line
    this.column = column
    this.expected = expected
  }
}

/** Reads one line of assembly from left to right. Blanks between tokens never matter. */
export class TextCursor {
  readonly text: string
  readonly line: number
  position = 0

  /** `line` counts from 1. */
  constructor(text: string, line: number) {
    this.text = text
    this.line = line
  }

  get atEnd(): boolean {
    this.skipBlanks()
    return this.position >= this.text.length
  }

  skipBlanks(): void {
    while (this.text[this.position] === " " || this.text[this.position] === "\t") this.position++
  }

  /** Steps over `literal` when it comes next. A word must end where the literal ends. */
  take(literal: string): boolean {
    this.skipBlanks()
    if (!this.text.startsWith(literal, this.position)) return false
    const last = literal.at(-1)!
    const next = this.text[this.position + literal.length]
    if (isWordCharacter(last) && next !== undefined && isWordCharacter(next)) return false
    this.position += literal.length
    return true
  }

  /** `take`, or an error that says what was expected: the literal, or `what` in other words. */
  expect(literal: string, what = `"${literal}"`): void {
    if (!this.take(literal)) this.fail(what)
  }

  /** Steps over what a sticky (`y`) pattern matches here and gives the match. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    this.skipBlanks()
    pattern.lastIndex = this.position
    const match = pattern.exec(this.text)
    if (match === null) return undefined
    this.position = pattern.lastIndex
    return match
  }

  /** Throws: `expected` did not come at `position` (by default here). */
  fail(expected: string, position?: number, hint?: string): never {
    this.skipBlanks()
    const at = position ?? this.position
    const rest = this.text.slice(at)
    const token = /^[A-Za-z_0-9.]+|^./.exec(rest)?.[0]
    const found = token === undefined ? "the end of the line" : JSON.stringify(token.slice(0, 40))
    throw new AssemblySyntaxError(this.line, at + 1, expected, found, hint)
  }
}

function isWordCharacter(character: string): boolean {
  return /[A-Za-z0-9_]/.test(character)
}
