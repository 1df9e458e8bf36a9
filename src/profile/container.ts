import { concatBytes, decodeUtf8, encodeUtf8, ProfileError } from "../base/index.ts"

/**
 * The file format of profiles: "SKEP", a format number and the length of a JSON header (both 32 bits, little
 * endian), the header, then gzip-compressed sections one after the other. The header names each section with its
 * two sizes, so a reader knows before it decompresses what it will get.
 */
const MAGIC = "SKEP"
const FORMAT = 1
const PREFIX = 12
/** More than any kernel needs, all sections together: a damaged size must not ask for all memory. */
const MAX_TOTAL = 128 * 1024 * 1024
const MAX_SECTIONS = 32

interface SectionHeader {
  readonly name: string
  readonly compressed: number
  readonly size: number
}

export interface Container<Facts> {
  readonly facts: Facts
  readonly sections: ReadonlyMap<string, Uint8Array>
}

/** Unpacks gzip into exactly `size` bytes; rejects what is damaged or longer. */
export type Inflate = (packed: Uint8Array, size: number) => Promise<Uint8Array>

/** Works everywhere, through the web's streams: about a third of the speed of a one-shot inflate. */
const inflateByStream: Inflate = (packed, size) => through(packed, new DecompressionStream("gzip"), size)

/** Packs facts (plain JSON) and named sections into a profile file. */
export async function packContainer(
  facts: object,
  sections: ReadonlyMap<string, Uint8Array>,
): Promise<Uint8Array> {
  const packed = await Promise.all(
    [...sections.values()].map(bytes => through(bytes, new CompressionStream("gzip"))),
  )
  const headers = [...sections].map(([name, bytes], index) => ({
    name,
    compressed: packed[index]?.length ?? 0,
    size: bytes.length,
  }))
  const header = encodeUtf8(JSON.stringify({ facts, sections: headers }))
  const prefix = new Uint8Array(PREFIX)
  prefix.set(encodeUtf8(MAGIC))
  const view = new DataView(prefix.buffer)
  view.setUint32(4, FORMAT, true)
  view.setUint32(8, header.length, true)
  return concatBytes([prefix, header, ...packed])
}

/** Reads a profile file. Throws ProfileError that says what is wrong with it. */
export async function unpackContainer(
  bytes: Uint8Array,
  label: string,
  inflate: Inflate = inflateByStream,
): Promise<Container<unknown>> {
  if (bytes.length < PREFIX || decodeUtf8(bytes.subarray(0, 4)) !== MAGIC)
    throw new ProfileError(`${label}: this is no kernel profile: it does not start with "${MAGIC}"`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const format = view.getUint32(4, true)
  if (format !== FORMAT)
    throw new ProfileError(`${label}: profile format ${format}, this Skep reads ${FORMAT}`, {
      hint: "capture the profile again with this version",
    })
  const start = PREFIX + view.getUint32(8, true)
  const header = parseHeader(bytes.subarray(PREFIX, start), label)
  let at = start
  const sections = header.sections.map(section => {
    const packed = bytes.subarray(at, at + section.compressed)
    at += section.compressed
    if (packed.length !== section.compressed)
      throw new ProfileError(
        `${label}: section ${section.name} is cut off: ${packed.length} of ${section.compressed} bytes`,
      )
    return unpackSection(section, packed, label, inflate)
  })
  return { facts: header.facts, sections: new Map(await Promise.all(sections)) }
}

function parseHeader(
  bytes: Uint8Array,
  label: string,
): { facts: unknown; sections: readonly SectionHeader[] } {
  try {
    const header = JSON.parse(decodeUtf8(bytes)) as { facts: unknown; sections: readonly SectionHeader[] }
    const sound = header.sections.every(
      ({ name, compressed, size }) => typeof name === "string" && isSize(compressed) && isSize(size),
    )
    const total = header.sections.reduce((sum, section) => sum + section.size, 0)
    if (sound && header.sections.length <= MAX_SECTIONS && total <= MAX_TOTAL) return header
  } catch (cause) {
    throw new ProfileError(`${label}: the header is damaged`, { cause })
  }
  throw new ProfileError(`${label}: the header is damaged: a section has no sound size`)
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

async function unpackSection(
  { name, size }: SectionHeader,
  packed: Uint8Array,
  label: string,
  inflate: Inflate,
): Promise<[string, Uint8Array]> {
  let bytes: Uint8Array
  try {
    bytes = await inflate(packed, size)
  } catch (cause) {
    throw new ProfileError(`${label}: section ${name} is damaged`, { cause })
  }
  if (bytes.length !== size)
    throw new ProfileError(`${label}: section ${name} has ${bytes.length} bytes, the header says ${size}`)
  return [name, bytes]
}

/** Sends bytes through a web stream; stops with an error when more than `limit` come out. */
async function through(
  bytes: Uint8Array,
  stream: { readonly readable: ReadableStream<Uint8Array>; readonly writable: WritableStream<BufferSource> },
  limit = MAX_TOTAL,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter()
  const written = writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close())
  // A failure shows on the reading side too; here it would be unhandled.
  written.catch(() => undefined)
  const chunks: Uint8Array[] = []
  let total = 0
  const reader = stream.readable.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    total += next.value.length
    if (total > limit) throw new Error(`more than ${limit} bytes`)
    chunks.push(next.value)
  }
  return concatBytes(chunks)
}
