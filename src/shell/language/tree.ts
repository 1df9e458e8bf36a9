/** A piece of a word: text as it stands, or a variable. */
export type WordPart =
  | { readonly kind: "text"; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: "variable"; readonly name: string; readonly isQuoted: boolean }

export type Word = readonly WordPart[]

/** Where a stream of a command goes to, or comes from. */
export interface Redirect {
  /** 0, 1 or 2. */
  readonly fd: number
  /** "copy": of another descriptor, whose number the target is (2>&1). */
  readonly kind: "read" | "write" | "append" | "copy"
  readonly target: Word
}

export interface Assignment {
  readonly name: string
  readonly value: Word
}

export interface SimpleCommand {
  readonly assignments: readonly Assignment[]
  readonly words: readonly Word[]
  readonly redirects: readonly Redirect[]
}

/** Commands whose output is the next one's input. */
export interface Pipeline {
  /** Begins with "!": its status is turned round. */
  readonly isNegated: boolean
  readonly commands: readonly SimpleCommand[]
}

export interface ListItem {
  /** When it runs, by the status of what ran before. */
  readonly when: "always" | "after success" | "after failure"
  readonly pipeline: Pipeline
}

/** What was read: a list to run, or that the line is to go on (an open quote, a pipe without a command behind). */
export type Parsed =
  | { readonly kind: "list"; readonly items: readonly ListItem[] }
  | { readonly kind: "incomplete"; readonly missing: string }
