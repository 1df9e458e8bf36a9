import { encodeUtf8, RelocationError } from "../base/index.ts"
import { compareReleases } from "../catalog/index.ts"
import type { ExternSpec } from "../object/index.ts"

/** What `.kconfig` externs ask of a kernel. */
export interface KernelFacts {
  /** Release family: "6.12". */
  readonly release: string
  /** What `uname -r` prints. */
  readonly version: string
  /** The value of a configuration option ("CONFIG_HZ" → "250"); undefined when it is not set. */
  config(option: string): string | undefined
  /** Whether /proc/kallsyms has a symbol. */
  hasSymbol(name: string): boolean
}

type KconfigExtern = Extract<ExternSpec, { kind: "kconfig" }>

/** `enum libbpf_tristate`: what y, m and n are to a program that declares the extern with it. */
const TRISTATE = { n: 0n, y: 1n, m: 2n } as const

/**
 * The bytes of a `.kconfig` section on one kernel: values of its configuration, and libbpf's virtual externs
 * LINUX_*. Throws RelocationError for an option that is absent and not weak, or that does not fit its type.
 */
export function kconfigBytes(externs: readonly KconfigExtern[], kernel: KernelFacts): Uint8Array {
  const size = externs.reduce((end, extern) => Math.max(end, extern.offset + extern.size), 0)
  const bytes = new Uint8Array(size)
  for (const extern of externs) {
    const value = virtualValue(extern.name, kernel) ?? kernel.config(extern.name)
    if (value === undefined) {
      if (extern.weak) continue
      throw new RelocationError(
        `extern (kcfg) '${extern.name}': not found in the configuration of ${kernel.version}`,
        {
          errno: "ESRCH",
          hint: "declare it __weak to read zero where a kernel does not have the option",
        },
      )
    }
    bytes.set(encode(extern, value), extern.offset)
  }
  return bytes
}

/** libbpf's own externs: the version as KERNEL_VERSION packs it, and features that are not options. */
function virtualValue(name: string, kernel: KernelFacts): bigint | undefined {
  switch (name) {
    case "LINUX_KERNEL_VERSION": {
      const [major = 0, minor = 0, patch = 0] = (
        /^\d+\.\d+(\.\d+)?/.exec(kernel.version)?.[0] ?? kernel.release
      )
        .split(".")
        .map(Number)
      return BigInt((major << 16) | (minor << 8) | Math.min(patch, 255))
    }
    case "LINUX_HAS_SYSCALL_WRAPPER":
      return kernel.hasSymbol("__x64_sys_bpf") || kernel.hasSymbol("__arm64_sys_bpf") ? 1n : 0n
    case "LINUX_HAS_BPF_COOKIE":
      return compareReleases(kernel.release, "5.15") >= 0 ? 1n : 0n
    default:
      return undefined
  }
}

/** A value as the extern's type holds it, in its bytes: libbpf's `set_kcfg_value_*`. */
function encode(extern: KconfigExtern, value: bigint | string): Uint8Array {
  switch (extern.value) {
    case "bool":
    case "tristate":
      return integerBytes(extern.size, tristate(extern, value))
    case "char":
      if (typeof value === "string" && /^[ymn]$/.test(value)) return encodeUtf8(value)
      return refuse(extern, value, "a char holds y, m or n")
    case "string":
      if (typeof value === "string" && value.startsWith('"'))
        return encodeUtf8(value.slice(1, value.lastIndexOf('"'))).subarray(0, extern.size - 1)
      return refuse(extern, value, "a char array holds a quoted string")
    case "integer":
      return integerBytes(extern.size, integer(extern, value))
    default:
      return extern.value satisfies never
  }
}

function tristate(extern: KconfigExtern, value: bigint | string): bigint {
  if (value === 0n || value === 1n) return value
  if (value === "y" || value === "n" || (value === "m" && extern.value === "tristate")) return TRISTATE[value]
  return refuse(extern, value, extern.value === "bool" ? "a bool holds y or n" : "a tristate holds y, m or n")
}

function integer(extern: KconfigExtern, value: bigint | string): bigint {
  let number: bigint
  try {
    number = BigInt(value)
  } catch {
    return refuse(extern, value, "it is no integer")
  }
  const bits = extern.size * 8
  const cut = extern.signed ? BigInt.asIntN(bits, number) : BigInt.asUintN(bits, number)
  return cut === number ? number : refuse(extern, value, `it does not fit ${extern.size} bytes`)
}

function integerBytes(size: number, value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true)
  return bytes.subarray(0, size)
}

function refuse(extern: KconfigExtern, value: bigint | string, rule: string): never {
  throw new RelocationError(
    `extern (kcfg) '${extern.name}': value '${value}' does not match its type: ${rule}`,
    {
      errno: "EINVAL",
    },
  )
}
