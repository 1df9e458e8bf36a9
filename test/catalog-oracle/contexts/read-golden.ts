import { readFileSync } from "node:fs"
import type { AttachTypeName, Capability, ProgramTypeName, Release } from "../../../src/catalog/index.ts"

/** What the kernels answered; `ask.mjs` records it. */
export const RELEASES = ["6.1", "6.12"] as const satisfies readonly Release[]

export interface Subject {
  readonly name: string
  readonly programType: ProgramTypeName
  readonly attachType?: AttachTypeName
  readonly target: { readonly kind: "none" | "func" | "typedef" | "struct" | "prog"; readonly name: string }
  readonly member?: string
  readonly extends?: ProgramTypeName
  readonly windows: readonly number[]
  readonly privilege: "all" | "none"
  /** Question → index of the row with its answers. */
  readonly rows: Readonly<Record<string, number>>
}

export interface LetteredGolden {
  readonly answers: Readonly<Record<string, string>>
  readonly rows: readonly string[]
  readonly subjects: readonly Subject[]
  readonly values?: readonly number[]
}

export function readGolden<Golden>(question: string, release: Release): Golden {
  return JSON.parse(readFileSync(new URL(`golden/${question}-${release}.json`, import.meta.url), "utf8"))
}

/** "a3b" → ["a", "a", "a", "b"]. */
export function unpack(row: string): string[] {
  return [...row.matchAll(/(\D)(\d*)/gu)].flatMap(([, letter, times]) =>
    Array<string>(times === "" ? 1 : Number(times)).fill(letter!),
  )
}

/** "0 22x3" → [0, 22, 22, 22]. */
export function unpackNumbers(row: string): number[] {
  return row.split(" ").flatMap(run => {
    const [number, times] = run.split("x").map(Number)
    return Array<number>(times ?? 1).fill(number!)
  })
}

/** Every offset that a subject was asked about, in order. */
export function offsets({ windows }: Subject): number[] {
  const all: number[] = []
  for (let at = 0; at + 1 < windows.length; at += 2)
    for (let offset = windows[at]!; offset < windows[at + 1]!; offset++) all.push(offset)
  return all
}

/** What the kernels were asked about with, in the order of the answers. */
export const CAPABILITY_SETS: readonly (readonly Capability[])[] = [
  [],
  ["CAP_BPF"],
  ["CAP_PERFMON"],
  ["CAP_NET_ADMIN"],
  ["CAP_BPF", "CAP_PERFMON"],
  ["CAP_BPF", "CAP_NET_ADMIN"],
  ["CAP_PERFMON", "CAP_NET_ADMIN"],
  ["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"],
  ["CAP_SYS_ADMIN"],
]
