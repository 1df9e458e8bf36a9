export interface ProbeOptions {
  /** Asks what the hardware of this interface runs, in place of the kernel. */
  readonly device?: string
  /** Asks for those helpers too about which the kernel writes a warning to its log. */
  readonly full?: boolean
  /** Asks without privileges, whoever runs this. */
  readonly unprivileged?: boolean
}

/** Settings of /proc/sys; undefined where this process may not read them, or the kernel has none. */
export interface Sysctls {
  /** 0: everybody may call bpf(2); 1: for good, and 2: until root says otherwise, only who is privileged. */
  readonly unprivilegedDisabled: number | undefined
  /** 2 writes to the kernel's log too. */
  readonly jitEnable: number | undefined
  /** 1 for programs of who is not privileged, 2 for all. */
  readonly jitHarden: number | undefined
  readonly jitKallsyms: number | undefined
  /** Bytes of machine code of who is not privileged. */
  readonly jitLimit: number | undefined
}

/** What programs of one type may call. */
export interface HelperAnswers {
  readonly programType: string
  /** False where the kernel does not load the type at all. */
  readonly isTypeAvailable: boolean
  readonly helpers: readonly Answer[]
}

export interface Answer {
  readonly name: string
  readonly isAvailable: boolean
}

/** What a kernel answered, in the order of the ABI's numbers. */
export interface FeatureReport {
  /** Undefined when a device was asked, and where /proc is not mounted. */
  readonly sysctls: Sysctls | undefined
  /** Options of the kernel's build with their values ("y", "m", "250"); undefined when a device was asked. */
  readonly config: readonly { readonly name: string; readonly value: string | undefined }[] | undefined
  /** False on kernels without bpf(2): everything below is empty then. */
  readonly hasSystemCall: boolean
  readonly programTypes: readonly Answer[]
  readonly mapTypes: readonly Answer[]
  readonly helpers: readonly HelperAnswers[]
  readonly misc: Readonly<Record<MiscFeature, boolean>>
}

/** More than 4,096 instructions (5.2), loops (5.3), jumps on less-than (4.14) and on 32 bits (5.1). */
export type MiscFeature = "largePrograms" | "boundedLoops" | "isaV2" | "isaV3"
