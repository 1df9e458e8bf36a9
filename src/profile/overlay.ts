import { decodeUtf8, encodeUtf8, ProfileError } from "../base/index.ts"
import { type Btf, BtfBuilder, readBtf, type TypeId } from "../btf/index.ts"
import { kernelImage } from "./architecture.ts"
import { KernelProfile } from "./kernel-profile.ts"
import { formatSymbols, type KernelSymbol } from "./symbol-table.ts"

/** Type spellings are read recursively, one `*` or const a step. */
const MAX_SPELLING = 200

/** A function that an overlay adds: it gets a symbol and a BTF prototype, and can be traced. */
export interface OverlayFunction {
  readonly name: string
  /** Low 32 bits of its address, hex. */
  readonly address: string
  /** C spelling as the base's BTF prints it: "int", "struct filename *". */
  readonly returns: string
  readonly params: readonly { readonly name: string; readonly type: string }[]
}

/** Differences from a captured profile, written by hand: see profiles/5.15.json. */
export interface ProfileOverlay {
  readonly release: string
  readonly version: string
  /** The release whose profile lies below. */
  readonly base: string
  /** What was written by hand, and why. */
  readonly handMade: string
  readonly functions: readonly OverlayFunction[]
}

/** Lays an overlay over a captured profile. Throws ProfileError for a type that the base's BTF does not have. */
export function applyOverlay(base: KernelProfile, overlay: ProfileOverlay): KernelProfile {
  const { release, version, handMade, functions } = overlay
  const sections = base.sections()
  const added: KernelSymbol[] = functions.map(({ name, address }) => ({
    name,
    address: kernelImage(base.architecture).upper | BigInt(`0x${address}`),
    type: "T",
    traceable: true,
    blacklisted: false,
  }))
  const symbols = encodeUtf8(insertLines(decodeUtf8(sections.symbols), formatSymbols(added)))
  const facts = { ...base.facts, release, version, handMade, banner: `Linux version ${version} (hand-made)` }
  return new KernelProfile(facts, { ...sections, symbols }, addFunctions(base.btf(), overlay))
}

function addFunctions(base: Btf, overlay: ProfileOverlay): Btf {
  const builder = new BtfBuilder({ base })
  for (const { name, returns, params } of overlay.functions) {
    const proto = builder.add({
      kind: "func_proto",
      name: "",
      returns: typeBySpelling(base, builder, returns),
      params: params.map(param => ({ name: param.name, type: typeBySpelling(base, builder, param.type) })),
    })
    builder.add({ kind: "func", name, type: proto, linkage: "static" })
  }
  return readBtf(builder.build(), { label: `overlay ${overlay.version}`, base })
}

/** Understands names of ints, structs and typedefs, `const` in front, and any number of `*` behind. */
function typeBySpelling(base: Btf, builder: BtfBuilder, spelling: string): TypeId {
  if (spelling.endsWith("*"))
    return builder.add({
      kind: "ptr",
      name: "",
      type: typeBySpelling(base, builder, spelling.slice(0, -1).trim()),
    })
  if (spelling.endsWith(" const"))
    return builder.add({
      kind: "const",
      name: "",
      type: typeBySpelling(base, builder, spelling.slice(0, -6)),
    })
  if (spelling.startsWith("const "))
    return builder.add({ kind: "const", name: "", type: typeBySpelling(base, builder, spelling.slice(6)) })
  const struct = /^struct (\w+)$/.exec(spelling)?.[1]
  const id = struct ? base.find(struct, "struct") : base.find(spelling, "int", "typedef")
  if (id === undefined) throw new ProfileError(`overlay: the base's BTF has no type ${spelling}`)
  return id
}

/** Lines start with the address in hex, so text order is address order. Both texts end in a newline. */
function insertLines(sorted: string, added: string): string {
  const lines = sorted.split("\n")
  for (const line of added.split("\n").slice(0, -1)) {
    let [first, last] = [0, lines.length - 1]
    while (first < last) {
      const middle = (first + last) >> 1
      if ((lines[middle] as string) < line) first = middle + 1
      else last = middle
    }
    lines.splice(first, 0, line)
  }
  return lines.join("\n")
}

/** Checks that a JSON document is an overlay. */
export function readOverlay(text: string, label: string): ProfileOverlay {
  let value: Partial<ProfileOverlay>
  try {
    value = (JSON.parse(text) ?? {}) as Partial<ProfileOverlay>
  } catch (cause) {
    throw new ProfileError(`${label}: this is no JSON`, { cause })
  }
  const { release, version, base, handMade, functions } = value
  const sound =
    [release, version, base, handMade].every(item => typeof item === "string") && Array.isArray(functions)
  if (!sound)
    throw new ProfileError(`${label}: an overlay has release, version, base, handMade and functions`)
  for (const [index, item] of (functions as unknown[]).entries())
    checkFunction(item, `${label}: function ${index}`)
  return value as ProfileOverlay
}

function checkFunction(item: unknown, label: string): void {
  const { name, address, returns, params } = (item ?? {}) as Partial<OverlayFunction>
  if (typeof name !== "string" || !/^[A-Za-z_][\w.]*$/.test(name))
    throw new ProfileError(`${label}: its name is no symbol's`)
  if (typeof address !== "string" || !/^[0-9a-f]{8}$/.test(address))
    throw new ProfileError(`${label}: ${name}: the address is not eight hex digits`)
  const types = [
    returns,
    ...(Array.isArray(params) ? params.flatMap(param => [param?.name, param?.type]) : [undefined]),
  ]
  if (!types.every(type => typeof type === "string" && type.length <= MAX_SPELLING))
    throw new ProfileError(`${label}: ${name}: returns and params must be types in C, with names`)
}
