import type { ExhibitRun } from "../../src/exhibit/index.ts"

export const RELEASE: string
export const EXHIBITS: readonly string[]

export function hooksPage(input: {
  readonly runs: Readonly<Record<string, ExhibitRun>>
  readonly hooks: Readonly<Record<string, string>>
  readonly contexts: unknown
}): { readonly page: string; readonly figure: string }
