import { BtfError } from "../../base/index.ts"
import { type Btf, formatC, formatRaw, formatRawJson, readBtf, type TypeId } from "../../btf/index.ts"
import type { Io } from "../io.ts"

export type DumpFormat = "raw" | "c"

export interface DumpOptions {
  readonly file: string
  readonly format: DumpFormat
  /** Type ids; none means all. */
  readonly roots: readonly number[]
  readonly base?: string
  readonly json: boolean
}

const KERNEL_FOLDER = "/sys/kernel/btf/"
const KERNEL = `${KERNEL_FOLDER}vmlinux`

/** Prints the types of a file. Throws BtfError and ObjectError naming the file. */
export async function runDump(options: DumpOptions, io: Io): Promise<void> {
  const baseFile = options.base ?? impliedBase(options.file)
  const base = baseFile === undefined ? undefined : await loadBtf(baseFile, io, undefined)
  const btf = await loadBtf(options.file, io, base)
  for (const root of options.roots) {
    if (root >= 1 && root < btf.count) continue
    throw new BtfError(`${options.file}: invalid root ID ${root}, there are 1 to ${btf.count - 1}`)
  }
  const selection = options.roots.length > 0 ? { roots: options.roots as TypeId[] } : {}
  if (options.format === "c") io.out(formatC(btf, selection))
  else io.out(options.json ? formatRawJson(btf, selection) : formatRaw(btf, selection))
}

/** Modules in sysfs are split from the kernel they run in. */
function impliedBase(file: string): string | undefined {
  return file.startsWith(KERNEL_FOLDER) && file !== KERNEL ? KERNEL : undefined
}

async function loadBtf(file: string, io: Io, base: Btf | undefined): Promise<Btf> {
  const bytes = await io.readFile(file)
  const section = isElf(bytes) ? await btfSection(bytes, file) : bytes
  return readBtf(section, { label: file, ...(base && { base }) })
}

function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
}

async function btfSection(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  // Loaded here alone: raw BTF needs nothing of it.
  const { readElf } = await import("../../object/index.ts")
  const section = readElf(bytes).section(".BTF")
  if (section) return section.bytes
  throw new BtfError(`${file}: there is no section .BTF`, {
    hint: "compile with -g (and -target bpf), or run pahole -J on it",
  })
}
