import { RelocationError } from "../../base/index.ts"
import type { Btf, TypeId } from "../../btf/index.ts"
import { compareReleases } from "../../catalog/index.ts"
import type { ExternSpec } from "../../object/index.ts"
import type { KernelProfile } from "../../profile/index.ts"

type KconfigExtern = Extract<ExternSpec, { kind: "kconfig" }>

/** `enum libbpf_tristate`: what y, m and n are to a program that declares the extern with it. */
const TRISTATE = { n: 0n, y: 1n, m: 2n } as const

/**
 * The bytes of a `.kconfig` section on one kernel: values of its configuration, and libbpf's virtual externs
 * LINUX_*. Throws RelocationError for an option that is absent and not weak, or that does not fit its type.
 */
export function kconfigBytes(externs: readonly KconfigExtern[], btf: Btf, profile: KernelProfile): Uint8Array {
  const size = externs.reduce((end, extern) => Math.max(end, extern.offset + extern.size), 0)
  const bytes = new Uint8Array(size)
  for (const extern of externs) {
    const value = virtualValue(extern.name, profile) ?? profile.config(extern.name)
    if (value === undefined) {
      if (extern.weak) continue
      throw new RelocationError(`extern (kcfg) '${extern.name}': not found in the configuration of ${profile.version}`, {
        errno: "ESRCH",
        hint: "declare it __weak to read zero where a kernel does not have the option",
      })
    }
    write(bytes, extern, btf, value)
  }
  return bytes
}

/** libbpf's own externs: the version as KERNEL_VERSION packs it, and features that are not options. */
function virtualValue(name: string, profile: KernelProfile): bigint | undefined {
  switch (name) {
    case "LINUX_KERNEL_VERSION": {
      const [major = 0, minor = 0, patch = 0] = (/^\d+\.\d+(\.\d+)?/.exec(profile.version)?.[0] ?? profile.release)
        .split(".")
        .map(Number)
      return BigInt((major << 16) | (minor << 8) | Math.min(patch, 255))
    }
    case "LINUX_HAS_SYSCALL_WRAPPER":
      return profile.symbols().find("__x64_sys_bpf") ? 1n : 0n
    case "LINUX_HAS_BPF_COOKIE":
      return compareReleases(profile.release, "5.15") >= 0 ? 1n : 0n
    default:
      return undefined
  }
}

function write(bytes: Uint8Array, extern: KconfigExtern, btf: Btf, value: bigint | string): void {
  const type = btf.type(btf.resolve(extern.type))
  if (typeof value === "string" && value.startsWith('"')) return writeString(bytes, extern, btf, value)
  if (value === "y" || value === "m" || value === "n") {
    const isTristate = type.kind === "enum" && type.name === "libbpf_tristate"
    if (isTristate) return writeInteger(bytes, extern, TRISTATE[value])
    if (type.kind === "int" && extern.size === 1) {
      const isChar = type.encoding !== "bool"
      if (!isChar && value === "m") return refuse(extern, value, "a bool holds y or n")
      return writeInteger(bytes, extern, isChar ? BigInt(value.charCodeAt(0)) : TRISTATE[value])
    }
    return refuse(extern, value, "use bool, char or enum libbpf_tristate")
  }
  if (type.kind !== "int" || type.encoding === "bool") return refuse(extern, String(value), "use an integer")
  const number = typeof value === "bigint" ? value : parseInteger(extern, value)
  const bits = extern.size * 8
  const fits =
    type.encoding === "signed" ? BigInt.asIntN(bits, number) === number : BigInt.asUintN(bits, number) === number
  if (!fits) return refuse(extern, String(value), `it does not fit ${extern.size} bytes`)
  writeInteger(bytes, extern, number)
}

function parseInteger(extern: KconfigExtern, text: string): bigint {
  try {
    return BigInt(text)
  } catch {
    return refuse(extern, text, "it is no integer")
  }
}

function writeString(bytes: Uint8Array, extern: KconfigExtern, btf: Btf, quoted: string): void {
  const type = btf.type(btf.resolve(extern.type))
  if (type.kind !== "array") return refuse(extern, quoted, "use a char array")
  const text = new TextEncoder().encode(quoted.slice(1, quoted.lastIndexOf('"')))
  bytes.set(text.subarray(0, extern.size - 1), extern.offset)
}

function writeInteger(bytes: Uint8Array, extern: KconfigExtern, value: bigint): void {
  let rest = BigInt.asUintN(64, value)
  for (let index = 0; index < extern.size; index++, rest >>= 8n) bytes[extern.offset + index] = Number(rest & 0xffn)
}

function refuse(extern: { readonly name: string; readonly type: TypeId }, value: string, rule: string): never {
  throw new RelocationError(`extern (kcfg) '${extern.name}': value '${value}' does not match its type: ${rule}`, {
    errno: "EINVAL",
  })
}
