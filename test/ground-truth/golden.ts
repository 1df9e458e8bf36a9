import { readFileSync } from "node:fs"

export const RELEASES = ["6.1", "6.12"] as const

/** What libbpf said of a program or object that was refused. */
export type Refusal =
  | { readonly libbpf: string }
  | { readonly log: string }
  | { readonly attach: string; readonly error: number }
  | { readonly load: number }

/**
 * A number, the name that the distiller gave an address ("kernel#3", "do_exit+0x5", "child pid"), text, or the place
 * of a text in a record.
 */
export type GoldenValue =
  | number
  | string
  | readonly GoldenValue[]
  | { readonly offset: number; readonly length: number; readonly text: string }

export interface GoldenRecord {
  readonly task: "shell" | "child"
  readonly hook: string
  readonly comm: string
  readonly uid?: number
  readonly text?: string
  readonly function?: string
  readonly args?: readonly GoldenValue[]
  readonly words?: readonly GoldenValue[]
  readonly fields?: Readonly<Record<string, GoldenValue>>
  readonly ret?: GoldenValue
  readonly ip?: string
  readonly flags: string
}

export interface GoldenTrace {
  readonly refusals?: readonly Refusal[]
  readonly records: readonly GoldenRecord[]
}

export interface GoldenAnswers {
  readonly refusals?: readonly Refusal[]
  readonly answers: readonly { readonly call: string; readonly result: number; readonly data?: string }[]
  readonly samples?: readonly { readonly rawSize: number; readonly bytes: string }[]
  readonly lines?: readonly string[]
}

/** What the kernel of a release answered in one run. */
export function golden<Shape>(release: string, name: string): Shape {
  return JSON.parse(readFileSync(new URL(`golden/${release}/${name}.json`, import.meta.url), "utf8")) as Shape
}
