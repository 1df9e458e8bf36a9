import { appendFileSync } from "node:fs"
import type { Outcome } from "./styles/style.ts"

/** One way to attach a program, and what came of it on the kernel of this run. */
export interface AttachRow {
  /** As bpftool prints it: "kprobe". */
  readonly programType: string
  /** "uprobe.multi", "xdp by netlink". */
  readonly style: string
  readonly outcome: Outcome
}

const TABLE = "/tmp/out/table"

/** Adds a row to the table that leaves the guest with the results: one JSON object a line. */
export function recordRow(row: AttachRow): void {
  const { programType, style, outcome } = row
  appendFileSync(
    TABLE,
    `${JSON.stringify({ programType, style, release: process.env.SKEP_KERNEL, outcome })}\n`,
  )
}
