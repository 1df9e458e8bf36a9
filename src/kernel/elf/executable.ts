import { AttachError, ByteReader } from "../../base/index.ts"

const HEADER_BYTES = 64
const SEGMENT_BYTES = 56
const SECTION_BYTES = 64
const ELFCLASS64 = 2
const ELFDATA2LSB = 1
const [ET_EXEC, ET_DYN] = [2, 3]
const PT_LOAD = 1
const PF_X = 1
/** More than any linker makes; files that claim more are damaged. */
const MOST_SECTIONS = 65_536

/** A part of the file that is mapped into memory when it runs. */
export interface Segment {
  readonly address: bigint
  readonly size: bigint
  /** In the file. */
  readonly offset: bigint
  readonly isExecutable: boolean
}

export interface Section {
  readonly name: string
  readonly type: number
  readonly address: bigint
  readonly offset: number
  readonly size: number
  /** Index of the section that holds its strings, for symbols and versions. */
  readonly link: number
}

/** Bytes of a file at a place. Throws AttachError when it has none there. */
export type ReadAt = (offset: number, length: number) => Uint8Array

/**
 * A program or shared library for 64-bit little-endian machines, read piece by piece: programs of a hundred megabytes
 * are common. Source: the ELF-64 object file format.
 */
export class Executable {
  readonly path: string
  /** False for position-independent ones and libraries. */
  readonly isFixed: boolean
  readonly segments: readonly Segment[]
  readonly sections: readonly Section[]
  readonly #read: ReadAt

  /** Throws AttachError (ENOEXEC) for what is no such file. */
  constructor(read: ReadAt, path: string) {
    this.path = path
    this.#read = read
    const header = this.reader(0, HEADER_BYTES, "ELF header")
    this.#checkHeader(header)
    const type = header.u16(16)
    if (type !== ET_EXEC && type !== ET_DYN)
      throw this.damaged(`it is of type ${type}, neither a program nor a shared library`)
    this.isFixed = type === ET_EXEC
    this.segments = this.#readSegments(header)
    this.sections = this.#readSections(header)
  }

  section(name: string): Section | undefined {
    return this.sections.find(section => section.name === name)
  }

  content(section: Section): ByteReader {
    return this.reader(section.offset, section.size, `section ${section.name}`)
  }

  /** The segment that maps an address. */
  segmentAt(address: bigint): Segment | undefined {
    return this.segments.find(
      segment => address >= segment.address && address < segment.address + segment.size,
    )
  }

  /** Where in the file an address of the program is; undefined when nothing there is mapped. */
  fileOffset(address: bigint): bigint | undefined {
    const segment = this.segmentAt(address)
    return segment && address - segment.address + segment.offset
  }

  /** Where a place of the file is when it runs where it was linked to; undefined when it is not mapped. */
  addressAt(offset: bigint): bigint | undefined {
    const segment = this.segments.find(each => offset >= each.offset && offset < each.offset + each.size)
    return segment && offset - segment.offset + segment.address
  }

  damaged(problem: string): AttachError {
    return new AttachError(`${this.path}: not a 64-bit little-endian ELF program: ${problem} (ENOEXEC)`, {
      errno: "ENOEXEC",
    })
  }

  reader(offset: number, length: number, label: string): ByteReader {
    return new ByteReader(this.#read(offset, length), label, true, problem => this.damaged(problem))
  }

  #checkHeader(header: ByteReader): void {
    if (header.u32(0) !== 0x464c_457f) throw this.damaged("it does not start with 0x7f ELF")
    if (header.u8(4) !== ELFCLASS64) throw this.damaged(`its class is ${header.u8(4)}, not 64-bit`)
    if (header.u8(5) !== ELFDATA2LSB) throw this.damaged("it is big-endian")
  }

  #readSegments(header: ByteReader): Segment[] {
    const [start, stride, count] = [Number(header.u64(32)), header.u16(54), header.u16(56)]
    if (count === 0) return []
    if (stride < SEGMENT_BYTES) throw this.damaged(`its program headers have ${stride} bytes`)
    const table = this.reader(start, stride * count, "program headers")
    return Array.from({ length: count }, (_, index) => index * stride)
      .filter(at => table.u32(at) === PT_LOAD)
      .map(at => ({
        isExecutable: (table.u32(at + 4) & PF_X) !== 0,
        offset: table.u64(at + 8),
        address: table.u64(at + 16),
        size: table.u64(at + 40),
      }))
  }

  #readSections(header: ByteReader): Section[] {
    const [start, stride, short] = [Number(header.u64(40)), header.u16(58), header.u16(60)]
    if (start === 0) return []
    if (stride < SECTION_BYTES) throw this.damaged(`its section headers have ${stride} bytes`)
    // Where a count or an index does not fit, the first section header has it.
    const first = this.reader(start, stride, "first section header")
    const count = short === 0 ? Number(first.u64(32)) : short
    if (count > MOST_SECTIONS) throw this.damaged(`it claims ${count} sections`)
    const nameIndex = header.u16(62) === 0xffff ? first.u32(40) : header.u16(62)
    const table = this.reader(start, stride * count, "section headers")
    const raw = Array.from({ length: count }, (_, index) => this.#rawSection(table, index * stride))
    const holder = raw[nameIndex]
    const names = holder && this.reader(holder.offset, holder.size, "section names")
    return raw.map(({ nameAt, ...section }) => ({
      ...section,
      name: names && nameAt < names.length ? names.cstring(nameAt) : "",
    }))
  }

  #rawSection(table: ByteReader, at: number): Omit<Section, "name"> & { readonly nameAt: number } {
    const NOBITS = 8
    const type = table.u32(at + 4)
    return {
      nameAt: table.u32(at),
      type,
      address: table.u64(at + 16),
      offset: Number(table.u64(at + 24)),
      size: type === NOBITS ? 0 : Number(table.u64(at + 32)),
      link: table.u32(at + 40),
    }
  }
}

/** An executable whose bytes are there. Throws AttachError (ENOEXEC). */
export function executableOf(bytes: Uint8Array, path = "program"): Executable {
  return new Executable((offset, length) => {
    checkRoom(path, offset, length, bytes.length)
    return bytes.subarray(offset, offset + length)
  }, path)
}

/** Throws AttachError for a place outside of the file. */
export function checkRoom(path: string, offset: number, length: number, size: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return
  throw new AttachError(
    `${path}: damaged: ${length} bytes at offset ${offset} leave the ${size} bytes there are (ENOEXEC)`,
    { errno: "ENOEXEC" },
  )
}
