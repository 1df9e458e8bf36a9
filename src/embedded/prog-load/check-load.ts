import type { Errno } from "../../base/index.ts"
import {
  type AttachTypeName,
  type Capability,
  isSince,
  loadAcceptsAttachType,
  missingToLoad,
  type ProgramTypeName,
  programType,
} from "../../catalog/index.ts"

/** What decides about a load before anything looks at the code. */
export interface LoadQuestion {
  readonly type: ProgramTypeName
  /** Undefined for 0. */
  readonly attachType: AttachTypeName | undefined
  /** BPF_F_…. */
  readonly flags: number
  /** In slots of eight bytes. */
  readonly length: number
  readonly capabilities: ReadonlySet<Capability>
}

/** The kernel that answers. */
export interface CheckingKernel {
  readonly release: string
  /** The sysctl kernel.unprivileged_bpf_disabled is not 0. */
  readonly unprivilegedDisabled: boolean
  config(option: string): string | undefined
}

/** Load flags (BPF_F_…), and the first release that takes each. */
const FLAGS = [
  [1 << 0, "4.12"],
  [1 << 1, "5.0"],
  [1 << 2, "5.3"],
  [1 << 3, "5.4"],
  [1 << 4, "5.10"],
  [1 << 5, "5.18"],
  [1 << 6, "6.3"],
  [1 << 7, "6.8"],
  [1 << 16, "6.9"],
] as const
const MOST_INSTRUCTIONS = 1_000_000
const MOST_UNPRIVILEGED = 4096
/** Since then the sysctl is looked at behind the flags, before behind nothing. */
const SYSCTL_BEHIND_FLAGS_SINCE = "6.5"

/** Why the kernel refuses a load without a look at its code, in the kernel's order; undefined when it does not. */
export function refusedAtOnce(question: LoadQuestion, kernel: CheckingKernel): Errno | undefined {
  const { type, attachType, flags, length, capabilities } = question
  const { release, unprivilegedDisabled } = kernel
  const isCapable = capabilities.has("CAP_BPF") || capabilities.has("CAP_SYS_ADMIN")
  const isDisabled = unprivilegedDisabled && !isCapable
  if (isDisabled && !isSince(SYSCTL_BEHIND_FLAGS_SINCE, release)) return "EPERM"
  if ((flags & ~knownFlags(release)) !== 0) return "EINVAL"
  if (isDisabled) return "EPERM"
  if (length === 0 || length > (isCapable ? MOST_INSTRUCTIONS : MOST_UNPRIVILEGED)) return "E2BIG"
  if (missingToLoad({ programType: type, release, capabilities, unprivilegedDisabled }).length > 0)
    return "EPERM"
  if (!loadAcceptsAttachType(type, attachType, release)) return "EINVAL"
  return hasType(type, kernel) ? undefined : "EINVAL"
}

function knownFlags(release: string): number {
  return FLAGS.reduce((mask, [flag, since]) => (isSince(since, release) ? mask | flag : mask), 0)
}

function hasType(type: ProgramTypeName, kernel: CheckingKernel): boolean {
  const row = programType(type)
  if (!row || !isSince(row.since, kernel.release)) return false
  return row.option === undefined || kernel.config(row.option) === "y"
}
