import { readElf } from "../../src/object/index.ts"

/** A damaged object and how it came about, so that a failure can be made again from seed and number. */
export interface Mutation {
  readonly description: string
  readonly bytes: Uint8Array
}

/** A number field of a file format: where a wrong value hurts more than anywhere else. */
export interface Field {
  readonly name: string
  readonly offset: number
  readonly size: 1 | 2 | 4 | 8
}

/** Uniform numbers from a seed: the same seed gives the same numbers on every machine (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }
}

/** An intact object, with its fields found. */
export interface Subject {
  readonly name: string
  readonly bytes: Uint8Array
  readonly littleEndian: boolean
  readonly fields: readonly Field[]
}

/** Finds the fields of headers, section headers, symbols, relocations, BTF and BTF.ext. */
export function subjectOf(name: string, bytes: Uint8Array): Subject {
  const elf = readElf(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const table = Number(view.getBigUint64(40, elf.littleEndian))
  const fields = record("header", 0, HEADER)
  for (const section of elf.sections) {
    fields.push(...record(`section ${section.index}`, table + 64 * section.index, SECTION))
    const start = section.bytes.byteOffset - bytes.byteOffset
    if (section.type === 2) fields.push(...records("symbol", start, section.size, 24, SYMBOL))
    else if (section.type === 9) fields.push(...records(section.name, start, section.size, 16, RELOCATION))
    else if (section.name === ".BTF" || section.name === ".BTF.ext" || section.flags & 4) {
      fields.push(...records(section.name, start, section.size, 4, [["word", 0, 4]]))
    }
  }
  return { name, bytes, littleEndian: elf.littleEndian, fields }
}

type Layout = readonly (readonly [name: string, offset: number, size: Field["size"]])[]

const HEADER: Layout = [
  ["class", 4, 1],
  ["data", 5, 1],
  ["type", 16, 2],
  ["machine", 18, 2],
  ["shoff", 40, 8],
  ["shentsize", 58, 2],
  ["shnum", 60, 2],
  ["shstrndx", 62, 2],
]
const SECTION: Layout = [
  ["name", 0, 4],
  ["type", 4, 4],
  ["flags", 8, 8],
  ["offset", 24, 8],
  ["size", 32, 8],
  ["link", 40, 4],
  ["info", 44, 4],
  ["entsize", 56, 8],
]
const SYMBOL: Layout = [
  ["name", 0, 4],
  ["info", 4, 1],
  ["other", 5, 1],
  ["shndx", 6, 2],
  ["value", 8, 8],
  ["size", 16, 8],
]
const RELOCATION: Layout = [
  ["offset", 0, 8],
  ["type", 8, 4],
  ["symbol", 12, 4],
]

function record(name: string, start: number, layout: Layout): Field[] {
  return layout.map(([field, offset, size]) => ({ name: `${name} ${field}`, offset: start + offset, size }))
}

function records(name: string, start: number, length: number, size: number, layout: Layout): Field[] {
  const fields: Field[] = []
  for (let at = 0; at + size <= length; at += size)
    fields.push(...record(`${name}+${at}`, start + at, layout))
  return fields
}

/** One to four damages to a copy of an object. */
export function mutate(subject: Subject, random: Random): Mutation {
  let mutation: Mutation = { description: subject.name, bytes: subject.bytes.slice() }
  const count = 1 + random.below(4)
  for (let i = 0; i < count; i++) {
    const change = random.pick(CHANGES)(subject, mutation.bytes, random)
    mutation = { description: `${mutation.description}; ${change.description}`, bytes: change.bytes }
  }
  return mutation
}

type Change = (subject: Subject, bytes: Uint8Array, random: Random) => Mutation

/** Fields twice: they find the most. */
const CHANGES: readonly Change[] = [
  overwriteField,
  overwriteField,
  flipBits,
  overwriteBytes,
  moveBytes,
  truncate,
]

function overwriteField(subject: Subject, bytes: Uint8Array, random: Random): Mutation {
  const field = random.pick(subject.fields)
  const { offset, size, name } = field
  if (offset + size > bytes.length) return { description: `${name} is cut off`, bytes }
  const old = readField(bytes, field, subject.littleEndian)
  const value = BigInt.asUintN(size * 8, damaged(old, BigInt(subject.bytes.length), random))
  writeField(bytes, field, value, subject.littleEndian)
  return { description: `${name} = ${value}`, bytes }
}

/** Values that break rules: limits, neighbours, sizes of the file, anything. */
function damaged(old: bigint, fileSize: bigint, random: Random): bigint {
  switch (random.below(9)) {
    case 0:
      return 0n
    case 1:
      return 1n
    case 2:
      return -1n
    case 3:
      return old + 1n
    case 4:
      return old - 1n
    case 5:
      return fileSize + BigInt(random.below(3)) - 1n
    case 6:
      return 1n << BigInt(random.below(64))
    case 7:
      return BigInt(random.below(256))
    default:
      return (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32))
  }
}

function flipBits(_: Subject, bytes: Uint8Array, random: Random): Mutation {
  const count = Math.min(bytes.length, 1 + random.below(8))
  for (let i = 0; i < count; i++) bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
  return { description: `${count} bits flipped`, bytes }
}

function overwriteBytes(_: Subject, bytes: Uint8Array, random: Random): Mutation {
  const start = random.below(bytes.length + 1)
  const length = Math.min(bytes.length - start, 1 + random.below(64))
  for (let i = start; i < start + length; i++) bytes[i] = random.below(256)
  return { description: `${length} random bytes at ${start}`, bytes }
}

function moveBytes(_: Subject, bytes: Uint8Array, random: Random): Mutation {
  const length = Math.min(bytes.length, 1 + random.below(256))
  const from = random.below(bytes.length - length + 1)
  const to = random.below(bytes.length - length + 1)
  bytes.copyWithin(to, from, from + length)
  return { description: `${length} bytes copied from ${from} to ${to}`, bytes }
}

function truncate(_: Subject, bytes: Uint8Array, random: Random): Mutation {
  // Mostly near the end, where the section headers are.
  const length = random.below(2) === 0 ? random.below(bytes.length + 1) : bytes.length - random.below(128)
  return { description: `cut to ${Math.max(0, length)}`, bytes: bytes.slice(0, Math.max(0, length)) }
}

function readField(bytes: Uint8Array, field: Field, littleEndian: boolean): bigint {
  return places(field, littleEndian).reduceRight((value, place) => (value << 8n) | BigInt(bytes[place]!), 0n)
}

function writeField(bytes: Uint8Array, field: Field, value: bigint, littleEndian: boolean): void {
  places(field, littleEndian).forEach((place, index) => {
    bytes[place] = Number((value >> BigInt(8 * index)) & 0xffn)
  })
}

/** Where a field's bytes stand, the lowest first. */
function places({ offset, size }: Field, littleEndian: boolean): number[] {
  return Array.from({ length: size }, (_, index) => offset + (littleEndian ? index : size - 1 - index))
}
