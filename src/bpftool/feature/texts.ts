import type { FeatureReport, Sysctls } from "../../kernel/index.ts"

/** A feature of neither types nor helpers: its key in JSON, its text, its macro. */
export interface MiscText {
  readonly key: string
  readonly text: string
  readonly macro: string
}

export const MISC: Readonly<Record<keyof FeatureReport["misc"], MiscText>> = {
  largePrograms: {
    key: "have_large_insn_limit",
    text: "Large program size limit",
    macro: "LARGE_INSN_LIMIT",
  },
  boundedLoops: { key: "have_bounded_loops", text: "Bounded loop support", macro: "BOUNDED_LOOPS" },
  isaV2: { key: "have_v2_isa_extension", text: "ISA extension v2", macro: "V2_ISA_EXTENSION" },
  isaV3: { key: "have_v3_isa_extension", text: "ISA extension v3", macro: "V3_ISA_EXTENSION" },
}

export const MISC_FEATURES = Object.keys(MISC) as (keyof FeatureReport["misc"])[]

interface SysctlText {
  readonly key: string
  /** By value. */
  readonly texts: readonly string[]
  readonly unreadable: string
  unknown(value: number): string
}

/** Settings in the order in which they are told. */
export const SYSCTLS: Readonly<Record<keyof Sysctls, SysctlText>> = {
  unprivilegedDisabled: {
    key: "unprivileged_bpf_disabled",
    texts: [
      "bpf() syscall for unprivileged users is enabled",
      "bpf() syscall restricted to privileged users (without recovery)",
      "bpf() syscall restricted to privileged users (admin can change)",
    ],
    unreadable: "Unable to retrieve required privileges for bpf() syscall",
    unknown: value => `bpf() syscall restriction has unknown value ${value}`,
  },
  jitEnable: {
    key: "bpf_jit_enable",
    texts: [
      "JIT compiler is disabled",
      "JIT compiler is enabled",
      "JIT compiler is enabled with debugging traces in kernel logs",
    ],
    unreadable: "Unable to retrieve JIT-compiler status",
    unknown: value => `JIT-compiler status has unknown value ${value}`,
  },
  jitHarden: {
    key: "bpf_jit_harden",
    texts: [
      "JIT compiler hardening is disabled",
      "JIT compiler hardening is enabled for unprivileged users",
      "JIT compiler hardening is enabled for all users",
    ],
    unreadable: "Unable to retrieve JIT hardening status",
    unknown: value => `JIT hardening status has unknown value ${value}`,
  },
  jitKallsyms: {
    key: "bpf_jit_kallsyms",
    texts: [
      "JIT compiler kallsyms exports are disabled",
      "JIT compiler kallsyms exports are enabled for root",
    ],
    unreadable: "Unable to retrieve JIT kallsyms export status",
    unknown: value => `JIT kallsyms exports status has unknown value ${value}`,
  },
  jitLimit: {
    key: "bpf_jit_limit",
    texts: [],
    unreadable: "Unable to retrieve global memory limit for JIT compiler for unprivileged users",
    unknown: value => `Global memory limit for JIT compiler for unprivileged users is ${value} bytes`,
  },
}

export const SYSCTL_NAMES = Object.keys(SYSCTLS) as (keyof Sysctls)[]
