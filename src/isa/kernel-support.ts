import type { Operation } from "./operation.ts"

/** An instruction that not every kernel knows. */
export interface KernelSupport {
  /** In words: "sign-extending loads". */
  readonly what: string
  /** The first release whose verifier takes it. */
  readonly since: string
}

const support = (what: string, since: string): KernelSupport => ({ what, since })

/** What an operation asks of a kernel; undefined for those of the first BPF. Source: the kernel's release notes of BPF. */
export function kernelSupport(operation: Operation): KernelSupport | undefined {
  switch (operation.kind) {
    case "branch":
      if (operation.width === 32) return support("32-bit jumps", "5.1")
      return ["lt", "le", "slt", "sle"].includes(operation.comparison)
        ? support("jumps if less", "4.14")
        : undefined
    case "atomic":
      return operation.operator === "add" && !operation.fetch
        ? undefined
        : support("atomic instructions beyond addition", "5.12")
    case "alu":
      return operation.operator === "sdiv" || operation.operator === "smod"
        ? support("signed division", "6.6")
        : undefined
    case "move":
      return operation.signExtendFrom === undefined ? undefined : support("sign-extending moves", "6.6")
    case "byteOrder":
      return operation.conversion === "bswap" ? support("unconditional byte swaps", "6.6") : undefined
    case "load":
      return operation.signed ? support("sign-extending loads", "6.6") : undefined
    case "jump":
      return operation.wide ? support("gotol", "6.6") : undefined
    case "mayGoto":
      return support("may_goto", "6.9")
    case "addressSpaceCast":
      return support("casts between address spaces", "6.9")
    case "loadAcquire":
    case "storeRelease":
      return support("load-acquire and store-release", "6.15")
    case "load64":
      return LOADS[operation.value.kind]
    case "call":
      return CALLS[operation.callee.kind]
    default:
      return undefined
  }
}

const LOADS: Readonly<Partial<Record<string, KernelSupport>>> = {
  mapValue: support("global variables", "5.2"),
  mapIndexValue: support("global variables", "5.2"),
  btf: support("kernel variables", "5.10"),
  function: support("callbacks", "5.13"),
}

const CALLS: Readonly<Partial<Record<string, KernelSupport>>> = {
  subprogram: support("calls between functions of a program", "4.16"),
  kfunc: support("calls of kfuncs", "5.13"),
}
