import { ByteReader, decodeUtf8, ObjectError } from "../base/index.ts"
import {
  type ElfFile,
  type ElfSection,
  EM_BPF,
  EM_NONE,
  ET_REL,
  machineName,
  refuseCompressed,
  SHF,
  SHT,
} from "./elf.ts"
import type { MapKind } from "./spec.ts"

/** A section whose bytes become the only value of an array map. */
export interface DataSection {
  readonly kind: Extract<MapKind, "data" | "rodata" | "bss">
  readonly section: ElfSection
}

/** The sections of an object by what libbpf reads them as (`bpf_object__elf_collect`). */
export interface ObjectSections {
  readonly license: string
  readonly kernelVersion: number
  /** Sections of instructions, in file order; `.text` holds subprograms only. */
  readonly code: readonly ElfSection[]
  readonly text: ElfSection | undefined
  readonly maps: ElfSection | undefined
  readonly data: readonly DataSection[]
  readonly structOps: readonly ElfSection[]
  readonly arena: ElfSection | undefined
  readonly btf: ElfSection | undefined
  readonly btfExt: ElfSection | undefined
  /** Relocation sections that are applied, with what they relocate. */
  readonly relocations: readonly { readonly section: ElfSection; readonly target: ElfSection }[]
  readonly warnings: readonly string[]
}

const STRUCT_OPS = [".struct_ops", ".struct_ops.link", "?.struct_ops", "?.struct_ops.link"]
/** libbpf keeps 63 characters of the licence. */
const LONGEST_LICENSE = 63

/** Throws ObjectError for anything but a relocatable BPF file with one symbol table. */
export function checkBpfObject(elf: ElfFile): void {
  if (elf.machine !== EM_BPF && elf.machine !== EM_NONE) {
    throw new ObjectError(`not a valid eBPF object file: it is an ELF file for ${machineName(elf.machine)}`, {
      hint: "compile with clang -target bpf",
    })
  }
  if (elf.type !== ET_REL) {
    throw new ObjectError(
      `not a valid eBPF object file: ELF type ${elf.type} is not relocatable (${ET_REL})`,
      {
        hint: "give the file that clang -target bpf -c writes, not a linked one",
      },
    )
  }
  const tables = elf.sections.filter(section => section.type === SHT.SYMTAB)
  if (tables.length === 0)
    throw new ObjectError("elf: couldn't find symbol table: is it a stripped object file?")
  if (tables.length > 1)
    throw new ObjectError(`elf: there are ${tables.length} symbol tables, one is allowed`)
  // Each section may be copied or decoded: overlapping ones could ask for far more memory than the file has bytes.
  const total = elf.sections.reduce((sum, section) => sum + section.bytes.length, 0)
  if (total > elf.size) {
    throw new ObjectError(
      `elf: sections overlap: together they have ${total} bytes, the file has ${elf.size}`,
    )
  }
}

/** Sorts the sections of a BPF object; throws ObjectError for those that libbpf refuses. */
export function collectSections(elf: ElfFile): ObjectSections {
  const found = new Collector(elf)
  for (const section of elf.sections) if (section.index > 0 && !isIgnored(section)) found.add(section)
  return found
}

class Collector implements ObjectSections {
  license = ""
  kernelVersion = 0
  code: ElfSection[] = []
  text: ElfSection | undefined
  maps: ElfSection | undefined
  data: DataSection[] = []
  structOps: ElfSection[] = []
  arena: ElfSection | undefined
  btf: ElfSection | undefined
  btfExt: ElfSection | undefined
  relocations: { section: ElfSection; target: ElfSection }[] = []
  warnings: string[] = []
  readonly #elf: ElfFile

  constructor(elf: ElfFile) {
    this.#elf = elf
  }

  add(section: ElfSection): void {
    if (this.#addByName(section)) refuseCompressed(section)
    else if (section.type === SHT.PROGBITS) this.#addBits(section)
    else if (section.type === SHT.REL) this.#addRelocations(section)
    else if (section.type === SHT.NOBITS && isNamed(section.name, ".bss")) {
      if (section.size > 0) this.data.push({ kind: "bss", section })
    } else if (section.flags & SHF.ALLOC && section.size > 0) this.#warnUnread(section)
  }

  #addByName(section: ElfSection): boolean {
    switch (section.name) {
      case "license":
        this.license = readLicense(section)
        return true
      case "version":
        this.kernelVersion = readVersion(section, this.#elf.littleEndian)
        return true
      case "maps":
        throw new ObjectError(
          "elf: legacy map definitions in 'maps' section are not supported since libbpf 1.0",
          {
            hint: 'define the maps by BTF, in SEC(".maps")',
          },
        )
      case ".maps":
        this.maps = section
        return true
      case ".BTF":
        this.btf = requireBits(section)
        return true
      case ".BTF.ext":
        this.btfExt = requireBits(section)
        return true
      default:
        return false
    }
  }

  #addBits(section: ElfSection): void {
    if (section.size === 0) return
    if (section.flags & SHF.EXECINSTR) {
      if (section.name === ".text") this.text = section
      this.code.push(section)
    } else if (isNamed(section.name, ".data")) this.data.push({ kind: "data", section })
    else if (isNamed(section.name, ".rodata")) this.data.push({ kind: "rodata", section })
    else if (STRUCT_OPS.includes(section.name)) this.structOps.push(section)
    else if (section.name === ".addr_space.1") this.arena = section
    else {
      if (section.flags & SHF.ALLOC) this.#warnUnread(section)
      return
    }
    refuseCompressed(section)
  }

  #addRelocations(section: ElfSection): void {
    const target = this.#elf.sections[section.info]
    if (section.entrySize !== 16 || !target) {
      throw new ObjectError(
        `elf: relocation section '${section.name}' has entries of ${section.entrySize} bytes for section ${section.info}`,
      )
    }
    const applied = STRUCT_OPS.some(name => section.name === `.rel${name}`) || section.name === ".rel.maps"
    if (target.flags & SHF.EXECINSTR || applied) {
      refuseCompressed(section)
      this.relocations.push({ section, target })
    } else if (target.flags & SHF.ALLOC) {
      this.warnings.push(
        `section '${target.name}': its relocations are not applied: addresses in it stay zero`,
      )
    }
  }

  #warnUnread(section: ElfSection): void {
    this.warnings.push(
      `section '${section.name}' (${section.size} bytes) is not recognised: nothing reads it`,
    )
  }
}

/** Sections that libbpf passes over without a word (`ignore_elf_section`). */
function isIgnored(section: ElfSection): boolean {
  if (section.type === SHT.STRTAB || section.type === SHT.SYMTAB || section.type === SHT.LLVM_ADDRSIG)
    return true
  if (section.name.startsWith(".debug_") || section.name.startsWith(".rel.debug_")) return true
  return section.name === ".rel.BTF" || section.name === ".rel.BTF.ext"
}

/** ".data" and ".data.custom", not ".database". */
function isNamed(name: string, family: string): boolean {
  return name === family || name.startsWith(`${family}.`)
}

function requireBits(section: ElfSection): ElfSection {
  if (section.type === SHT.PROGBITS) return section
  throw new ObjectError(`elf: section '${section.name}' has type ${section.type}, not PROGBITS`)
}

function readLicense(section: ElfSection): string {
  if (section.type === SHT.NOBITS) throw new ObjectError("invalid license section: it has no bytes")
  const bytes = section.bytes.subarray(0, LONGEST_LICENSE)
  const end = bytes.indexOf(0)
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end))
}

function readVersion(section: ElfSection, littleEndian: boolean): number {
  if (section.bytes.length !== 4) {
    throw new ObjectError(`invalid kver section: 'version' is ${section.bytes.length} bytes, it has to be 4`)
  }
  return new ByteReader(section.bytes, "section version", littleEndian, text => new ObjectError(text)).u32(0)
}
