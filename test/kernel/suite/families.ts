/**
 * Programs that need nothing but themselves, a family of helpers or kernel functions an object. A process calls
 * getppid(2); what their global variables hold then is the same on a real kernel and on the embedded one.
 */
export interface Family {
  /** The object of test/kernel/programs. */
  readonly object: string
  readonly programs: readonly string[]
  /** The first release that has what they call. */
  readonly since: "6.1" | "6.12"
  /** How often the process calls; once unless told. */
  readonly calls?: number
  /** Nanoseconds that pass after each call: for what runs later. */
  readonly wait?: number
  readonly expected: Readonly<Record<string, unknown>>
  /** What differs on 6.1. */
  readonly onOld?: Readonly<Record<string, unknown>>
}

const EINVAL = -22n
const E2BIG = -7n
const ERANGE = -34n

export const FAMILIES: readonly Family[] = [
  {
    object: "dynptrs",
    programs: ["helpers"],
    since: "6.1",
    expected: {
      made: 0n,
      made_with_flags: EINVAL,
      written: 0n,
      written_past: E2BIG,
      written_with_flags: EINVAL,
      written_null: EINVAL,
      read_back: 0n,
      text: 0x1122334455667788n,
      read_past: E2BIG,
      read_wrapped: E2BIG,
      read_with_flags: EINVAL,
      read_null: EINVAL,
      data_first: 0x88n,
      data_past: 0n,
      data_null: 0n,
      reserved: 0n,
      filled: 0n,
      reserved_too_large: EINVAL,
      reserved_with_flags: EINVAL,
      waiting: 24n,
      discarded_waiting: 136n,
    },
  },
  {
    object: "dynptrs",
    programs: ["functions"],
    since: "6.12",
    expected: {
      null_is_null: 1n,
      made_is_null: 0n,
      read_only: 0n,
      size: 64n,
      size_of_null: 0xffff_ffean,
      cloned: 0n,
      cloned_null: EINVAL,
      clone_is_null: 1n,
      adjusted: 0n,
      adjusted_size: 8n,
      clone_size: 64n,
      adjusted_past: ERANGE,
      adjusted_backwards: EINVAL,
      adjusted_null: EINVAL,
      after_adjust: 0xabcdn,
      sliced: 0xcdn,
      sliced_past: 0n,
      slice_null: 0n,
    },
  },
]

/** What the family's variables are to hold on a release. */
export function expectedOn(release: string, { expected, onOld }: Family): Record<string, unknown> {
  return { ...expected, ...(release === "6.1" ? onOld : {}) }
}

/** Of the object's variables those that are expected to hold something. */
export function picked(globals: Readonly<Record<string, unknown>>, family: Family): Record<string, unknown> {
  return Object.fromEntries(Object.keys(family.expected).map(name => [name, globals[name]]))
}
