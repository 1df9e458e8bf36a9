import type { KfuncSetName } from "./kfunc-sets.ts"

/** What the kernel says of a kfunc in its flags. Source: include/linux/btf.h of the kernel, KF_…. */
export type KfuncFlag =
  /** The result holds a reference, which must be given back. */
  | "acquire"
  /** Takes over the reference of its first argument. */
  | "release"
  /** The result may be null and must be checked. */
  | "retNull"
  /** Pointer arguments must be ones the kernel vouches for. */
  | "trustedArgs"
  /** For sleepable programs only. */
  | "sleepable"
  /** Harms the system; loading needs CAP_SYS_BOOT. */
  | "destructive"
  /** Pointer arguments may also be RCU-protected. */
  | "rcu"
  | "iterNew"
  | "iterNext"
  | "iterDestroy"
  /** Must be called inside an RCU section. */
  | "rcuProtected"
  /** Leaves caller-saved registers alone. */
  | "fastcall"
  /** The result is an address in the arena. */
  | "arenaRet"
  /** The second argument is an address in the arena. */
  | "arenaArg2"
  /** The verifier fills in arguments that the program does not write. */
  | "implicitArgs"

/** One kfunc: a kernel function that programs may call by its BTF id. It is not ABI, and may go again. */
export interface KfuncRow {
  readonly name: string
  /** The first release that has it; undefined for what is newer than the release list. */
  readonly since: string | undefined
  /** The first release without it. */
  readonly until?: string
  readonly set: KfuncSetName
  /** As of 6.12, or of its first release where that is later. */
  readonly flags: readonly KfuncFlag[]
  /** What it does, in one sentence without a full stop. */
  readonly summary: string
}
