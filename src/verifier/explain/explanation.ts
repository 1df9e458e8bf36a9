import type { Rule } from "../rule.ts"

/** A line of the program's source, from the line records of its object. */
export interface SourceLine {
  /** As the compiler was given it, without "./". */
  readonly file: string
  readonly line: number
  /** Without indentation. */
  readonly text: string
}

/** An instruction on the failing path that has to do with the refused value. */
export interface ChainStep {
  readonly instruction: number
  /** As logs print it, maps and functions by name. */
  readonly text: string
  readonly source: SourceLine | undefined
  /** What it does: "sets r2", "compares r3". */
  readonly does: string
}

/** Why a program is refused, for those who wrote it. */
export interface Explanation {
  /** Undefined for what no rule is named of: only the kernel's message tells then. */
  readonly rule: Rule | undefined
  /** What the instruction does, as a sentence without its end. */
  readonly what: string
  /** What was known of the value that decides. */
  readonly known: string
  /** What the rule asks for. */
  readonly needs: string
  /** What probably helps. */
  readonly fix?: string
  /** Who may, and from which release on. */
  readonly since?: string
  /** Where the value came from, in the order in which the failing path runs. */
  readonly chain: readonly ChainStep[]
}
