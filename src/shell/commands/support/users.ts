import type { Shell } from "../../shell.ts"

/** Users and groups that the machine's files name. */
const NAMES: Readonly<Record<number, string>> = { 0: "root" }

export function idName(_shell: Shell, _kind: "user" | "group", id: number): string {
  return NAMES[id] ?? String(id)
}
