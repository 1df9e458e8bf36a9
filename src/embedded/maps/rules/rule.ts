import { type Errno, MapError } from "../../../base/index.ts"
import type { MapTypeName } from "../../../catalog/index.ts"
import { hasFlag, MAP_FLAG, type MapFlag } from "../flags.ts"
import type { MapAttributes, MapHost } from "../map-storage.ts"

/** One thing BPF_MAP_CREATE checks: what must hold, and what is answered otherwise. */
export interface Rule {
  readonly holds: boolean
  readonly errno: Errno
  readonly text: string
}

/** What rules look at. */
export interface Creation {
  readonly attributes: MapAttributes
  readonly type: MapTypeName
  readonly host: MapHost
}

/** The largest piece of memory that kmalloc hands out (KMALLOC_MAX_SIZE). */
export const LARGEST_ALLOCATION = 4 << 20
/** Values of all CPUs come from one allocator that hands out no larger pieces (PCPU_MIN_UNIT_SIZE). */
export const LARGEST_PER_CPU = 32768

export function invalid(holds: boolean, text: string): Rule {
  return { holds, errno: "EINVAL", text }
}

export function tooBig(holds: boolean, text: string): Rule {
  return { holds, errno: "E2BIG", text }
}

/** Throws the MapError of the first rule that is broken. */
export function check({ name }: MapAttributes, rules: Iterable<Rule>): void {
  for (const { holds, errno, text } of rules)
    if (!holds) throw new MapError(`map '${name}': failed to create: ${text} (${errno})`, { errno })
}

export function keySizeIs({ keySize }: MapAttributes, ...sizes: readonly number[]): Rule {
  return invalid(sizes.includes(keySize), `a key has ${sizes.join(" or ")} bytes, not ${keySize}`)
}

export function valueSizeIs({ valueSize }: MapAttributes, ...sizes: readonly number[]): Rule {
  return invalid(sizes.includes(valueSize), `a value has ${sizes.join(" or ")} bytes, not ${valueSize}`)
}

export function hasKey({ keySize }: MapAttributes): Rule {
  return invalid(keySize > 0, "key_size is 0")
}

export function hasValue({ valueSize }: MapAttributes): Rule {
  return invalid(valueSize > 0, "value_size is 0")
}

export function hasEntries({ maxEntries }: MapAttributes): Rule {
  return invalid(maxEntries > 0, "max_entries is 0")
}

/** Entries of this type come and go with what they belong to. */
export function hasNoEntries({ maxEntries }: MapAttributes): Rule {
  return invalid(maxEntries === 0, `max_entries is not used and must be 0, not ${maxEntries}`)
}

export function onlyFlags({ flags }: MapAttributes, ...allowed: readonly MapFlag[]): Rule {
  const refused = flags & ~allowed.reduce((sum, flag) => sum | MAP_FLAG[flag], 0)
  return invalid(refused === 0, `this type does not take ${flagNames(refused)}`)
}

export function needsFlag({ flags }: MapAttributes, flag: MapFlag): Rule {
  return invalid(hasFlag(flags, flag), `this type needs BPF_F_${flag}`)
}

/** A program may have one of the two restrictions (bpf_map_flags_access_ok). */
export function programAccess({ flags }: MapAttributes): Rule {
  const both = hasFlag(flags, "RDONLY_PROG") && hasFlag(flags, "WRONLY_PROG")
  return invalid(!both, "BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other")
}

function flagNames(flags: number): string {
  const names = Object.entries(MAP_FLAG).filter(([, bit]) => (flags & bit) !== 0)
  const known = names.reduce((sum, [, bit]) => sum | bit, 0)
  const rest = (flags & ~known) >>> 0
  return [
    ...names.map(([name]) => `BPF_F_${name}`),
    ...(rest === 0 ? [] : [`flags 0x${rest.toString(16)}`]),
  ].join(", ")
}
