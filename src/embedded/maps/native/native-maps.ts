import type { LeafFunction } from "../../../engine/index.ts"
import { NativeRefusal } from "../../../engine/index.ts"
import type { KernelMemory } from "../../memory/index.ts"
import { LEAVES, MODULE } from "./module.generated.ts"
import type { NativeHash, NativeRing } from "./native-map.ts"

type Lookup = NativeHash["lookup"]

/** Operations of hash maps: assembly/hash.ts says what they do. */
export interface HashFunctions {
  readonly lookup: Lookup
  readonly lookup4: Lookup
  readonly lookup8: Lookup
  readonly lookupPlain4: Lookup
  readonly lookupPlain8: Lookup
  readonly peek: Lookup
  readonly next: Lookup
  readonly claim: (header: number, key: number, flags: number) => number
  readonly update: Required<NativeHash>["update"]
  readonly remove: Required<NativeHash>["remove"]
}

/** Helpers of ring buffers, called from a slot: assembly/ring-helpers.ts. What cannot be done throws NativeRefusal. */
export interface RingHelpers {
  readonly reserveRecord: (header: number, size: number, flags: number) => number
  readonly outputRecord: (header: number, from: number, size: number, flags: number, slot: number) => number
  readonly submitRecord: (data: number, slot: number) => number
  readonly discardRecord: (data: number, slot: number) => number
}

/** The module's exports: besides those, the ones of assembly/ring.ts and random.ts, and what hash-table.ts needs. */
export interface NativeFunctions extends HashFunctions, RingHelpers {
  readonly rebucket: (header: number, buckets: number, shift: number) => void
  readonly reserve: NativeRing["reserve"]
  readonly commit: NativeRing["commit"]
  readonly output: NativeRing["output"]
  readonly ringOf: (data: number) => number
  /** The kernel's next random number; as JavaScript sees it, signed. */
  readonly random: () => number
}

/** Who answers when the module asks for something in the name of a header. */
export interface NativeOwner {
  /** Gives the map memory. What it throws goes through to the caller of the operation, and no key is added. */
  grow(): void
  /** The first CPU's value of a key that was deleted or evicted. */
  released?(value: number): void
  /** A ring buffer that listens has one more record. */
  shown?(): void
}

/** The maps' functions on one kernel's memory. */
export interface NativeMaps {
  readonly functions: NativeFunctions
  /** Those of the functions that programs' modules may take in. */
  readonly leaves: ReadonlyMap<unknown, LeafFunction>
  /** By header; maps come and go here. */
  readonly owners: Map<number, NativeOwner>
}

let compiled: WebAssembly.Module | undefined
const instances = new WeakMap<KernelMemory, NativeMaps>()

/** Made once for each memory. */
export function nativeMaps(kernelMemory: KernelMemory): NativeMaps {
  const known = instances.get(kernelMemory)
  if (known) return known
  compiled ??= new WebAssembly.Module(decode(MODULE))
  const owners = new Map<number, NativeOwner>()
  const ownerOf = (header: number): NativeOwner => {
    const owner = owners.get(header)
    if (!owner) throw new Error(`BUG: no map has its header at ${header}`)
    return owner
  }
  const { memory } = kernelMemory
  const host = {
    grow: (header: number) => ownerOf(header).grow(),
    released: (header: number, value: number) => ownerOf(header).released?.(value),
    shown: (header: number) => ownerOf(header).shown?.(),
    refused: (slot: number, address: number, bytes: number): never => {
      throw new NativeRefusal(slot, refusalOf(address >>> 0, bytes >>> 0))
    },
  }
  const instance = new WebAssembly.Instance(compiled, { env: { memory }, host })
  const functions = instance.exports as unknown as NativeFunctions
  const leaves = new Map(Object.keys(LEAVES).map(name => [instance.exports[name], leafFunction(name)]))
  const maps = { functions, leaves, owners }
  instances.set(kernelMemory, maps)
  return maps
}

/** As the helpers in JavaScript say it. */
function refusalOf(address: number, bytes: number): string {
  const where = `0x${address.toString(16)}`
  return bytes > 0
    ? `the argument ${where} is no pointer to ${bytes} bytes`
    : `no ring buffer has a record reserved at ${where}`
}

function leafFunction(name: string): LeafFunction {
  const { locals, code } = LEAVES[name]!
  return { locals: locals === "" ? [] : (locals.split(" ") as ("i32" | "i64")[]), code: decode(code) }
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), character => character.charCodeAt(0))
}
