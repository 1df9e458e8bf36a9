import type { COMMANDS } from "../../catalog/index.ts"
import type { Structure } from "./structure.ts"

/** Names of bpf(2)'s commands, "BPF_PROG_LOAD". */
export type BpfCommand = (typeof COMMANDS)[number]["abi"]

/** One call of bpf(2) as it was made, for logs. */
export interface BpfCall {
  readonly command: BpfCommand
  readonly structure: Structure
  readonly values: Readonly<Record<string, unknown>>
  readonly size: number
  /** What it returned, or −errno. */
  readonly result: number
}
