import { AttachError, type ByteReader } from "../../base/index.ts"
import type { Executable } from "./executable.ts"

const NOTES_SECTION = ".note.stapsdt"
const BASE_SECTION = ".stapsdt.base"
const OWNER = "stapsdt"
const NOTE_TYPE = 3
/** Location, base and semaphore. */
const ADDRESS_BYTES = 24

/** One place of a statically defined probe: a note of `.note.stapsdt`. Addresses are those of the linked file. */
export interface UsdtNote {
  readonly provider: string
  readonly name: string
  readonly location: bigint
  /** Where `.stapsdt.base` was when the note was written. */
  readonly base: bigint
  /** 0 when the probe has none. */
  readonly semaphore: bigint
  /** "-4@%edi 8@-8(%rbp)": sizes and places of the arguments. */
  readonly arguments: string
}

/** A place to put a probe: offsets in the file. */
export interface UsdtPlace {
  readonly offset: bigint
  /** Of the counter that says whether somebody listens; 0 when the probe has none. */
  readonly semaphore: bigint
  /** The address when the file runs where it was linked to. */
  readonly address: bigint
  readonly arguments: string
}

/** Every statically defined probe of a program, in its order. Throws AttachError for notes that break their format. */
export function readUsdtNotes(executable: Executable): UsdtNote[] {
  const section = executable.section(NOTES_SECTION)
  if (!section) return []
  const notes = executable.content(section)
  const found: UsdtNote[] = []
  for (let at = 0; at + 12 <= notes.length; ) {
    const [ownerSize, size, type] = [notes.u32(at), notes.u32(at + 4), notes.u32(at + 8)]
    const owner = at + 12
    const body = owner + padded(ownerSize)
    if (ownerSize < OWNER.length || notes.cstring(owner) !== OWNER || type !== NOTE_TYPE)
      throw executable.damaged(`the note at offset ${at} of ${NOTES_SECTION} is no probe's`)
    found.push(readNote(notes, body, size))
    at = body + padded(size)
  }
  return found
}

/**
 * Where a probe is in a file: a place for every time it was compiled in. Addresses move with `.stapsdt.base`, which tools
 * that relink a file shift. Throws AttachError: ENOENT when the file has no such probe, ESRCH when it is not mapped.
 */
export function findUsdtPlaces(executable: Executable, provider: string, name: string): UsdtPlace[] {
  const notes = readUsdtNotes(executable)
  const base = executable.section(BASE_SECTION)?.address ?? 0n
  const places = notes
    .filter(note => note.provider === provider && note.name === name)
    .map(note => placeOf(executable, note, base !== 0n && note.base !== 0n ? base - note.base : 0n))
  if (places.length > 0) return places
  const known = [...new Set(notes.map(note => `${note.provider}:${note.name}`))]
  throw new AttachError(`${executable.path}: no USDT probe '${provider}:${name}' (ENOENT)`, {
    errno: "ENOENT",
    hint:
      known.length === 0
        ? `it has no section ${NOTES_SECTION}: it was built without probes`
        : `its probes: ${known.slice(0, 10).join(", ")}${known.length > 10 ? " …" : ""}`,
  })
}

function placeOf(executable: Executable, note: UsdtNote, shift: bigint): UsdtPlace {
  const address = note.location + shift
  const segment = executable.segmentAt(address)
  if (!segment?.isExecutable) throw unmapped(executable, note, "location", address)
  return {
    address,
    offset: address - segment.address + segment.offset,
    semaphore: note.semaphore === 0n ? 0n : semaphoreOffset(executable, note),
    arguments: note.arguments,
  }
}

function semaphoreOffset(executable: Executable, note: UsdtNote): bigint {
  const segment = executable.segmentAt(note.semaphore)
  if (!segment || segment.isExecutable) throw unmapped(executable, note, "semaphore", note.semaphore)
  return note.semaphore - segment.address + segment.offset
}

function unmapped(executable: Executable, note: UsdtNote, what: string, address: bigint): AttachError {
  return new AttachError(
    `${executable.path}: USDT probe '${note.provider}:${note.name}': its ${what} 0x${address.toString(16)} is in no fitting segment (ESRCH)`,
    { errno: "ESRCH" },
  )
}

function readNote(notes: ByteReader, body: number, size: number): UsdtNote {
  // Checked as a whole first: the strings behind must not lead out of the note.
  notes.check(body, size)
  const end = body + size
  const text = (at: number): string => (at < end ? notes.cstring(at) : "")
  const provider = text(body + ADDRESS_BYTES)
  const nameAt = body + ADDRESS_BYTES + byteLength(provider) + 1
  const name = text(nameAt)
  const args = text(nameAt + byteLength(name) + 1)
  return {
    location: notes.u64(body),
    base: notes.u64(body + 8),
    semaphore: notes.u64(body + 16),
    provider,
    name,
    arguments: args.startsWith(":") ? "" : args,
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

function padded(size: number): number {
  return (size + 3) & ~3
}
