import { BtfError, SkepError } from "../../base/index.ts"
import { type Btf, readBtf } from "../../btf/index.ts"
import type { KernelObjects } from "../../kernel/index.ts"
import type { CommandIo } from "../io.ts"

/** Types, and what to call them in messages. */
export interface LabelledBtf {
  readonly btf: Btf
  readonly label: string
}

const KERNEL_FOLDER = "/sys/kernel/btf/"
const KERNEL = `${KERNEL_FOLDER}vmlinux`

/** The types of an object or a raw BTF file. Throws BtfError and ObjectError naming the file. */
export async function btfFromFile(
  file: string,
  baseFile: string | undefined,
  io: CommandIo,
): Promise<LabelledBtf> {
  const from = baseFile ?? impliedBase(file)
  const base = from === undefined ? undefined : await loadBtf(from, io, undefined)
  return { btf: await loadBtf(file, io, base), label: file }
}

/** The types that the kernel holds under an id; those of a module stand on the kernel's own. Throws SkepError. */
export async function btfFromKernel(
  kernel: KernelObjects,
  id: number,
  baseFile: string | undefined,
  io: CommandIo,
): Promise<LabelledBtf> {
  const facts = kernel.btf(id)
  if (!facts)
    throw new SkepError(`get btf by id (${id}): No such file or directory (ENOENT)`, {
      errno: "ENOENT",
      hint: "`btf show` lists those that are there",
    })
  const label = `btf ${id}`
  const from = baseFile ?? (facts.isKernel && facts.name !== "vmlinux" ? KERNEL : undefined)
  const base = from === undefined ? undefined : await loadBtf(from, io, undefined)
  return { btf: readBtf(kernel.btfBytes(id), { label, ...(base && { base }) }), label }
}

/** Modules in sysfs are split from the kernel they run in. */
function impliedBase(file: string): string | undefined {
  return file.startsWith(KERNEL_FOLDER) && file !== KERNEL ? KERNEL : undefined
}

async function loadBtf(file: string, io: CommandIo, base: Btf | undefined): Promise<Btf> {
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
