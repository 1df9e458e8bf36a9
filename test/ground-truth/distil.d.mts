import type { KernelProfile } from "../../src/profile/index.ts"

/** A record of trace.bpf.c; wide numbers are hexadecimal text. */
export interface RawRecord {
  readonly hook: string
  readonly function: string
  readonly count: number
  readonly words: readonly string[]
}

export type Prototypes = (place: string) => number

export function hookValues(
  record: RawRecord,
  name: (value: bigint) => unknown,
  prototypes: Prototypes,
  profile: KernelProfile,
): Record<string, unknown>

export function prototypeReader(profile: KernelProfile): Prototypes
