import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import {
  type Kernel,
  type LoadedObject,
  type LoadOptions,
  type ObjectSpec,
  readObject,
  SkepError,
  type UserProgram,
  type World,
} from "skep"

/** Kernels that refuse a style ("6.1", "6.12", "reference"), with the errno and a word of the reason. */
export interface Refusal {
  readonly on: readonly string[]
  readonly errno: string
  readonly reason: RegExp
}

/** One way to attach a program, and what shows that it works: the same on a real kernel and on the embedded one. */
export interface AttachStyle {
  /** As bpftool prints it: "kprobe". */
  readonly programType: string
  /** "uprobe.multi", "xdp by netlink". */
  readonly style: string
  /** Loads, attaches, causes the event, sees it, detaches, sees no more. */
  readonly run: (scene: Scene) => Promise<void>
  readonly refusal?: Refusal | undefined
}

/** Styles that are tried in the same place. */
export interface StyleGroup {
  readonly title: string
  /** Makes devices and control groups; they go with the world. */
  readonly prepare?: (scene: Scene) => void | Promise<void>
  readonly styles: readonly AttachStyle[]
  /** Options without which kernels refuse all of them; the embedded kernel is built with these. */
  readonly needs?: readonly string[]
}

/** Where styles are tried: a kernel, what happens on it, and what was loaded for one of them. */
export class Scene {
  readonly kernel: Kernel
  readonly world: World
  /** A program of user space with functions to probe: exhibits/programs/shop.c. */
  readonly shop: UserProgram
  readonly #loaded: LoadedObject[] = []

  constructor(kernel: Kernel, world: World, shop: UserProgram) {
    this.kernel = kernel
    this.world = world
    this.shop = shop
  }

  /** Loads programs of an object of test/kernel/programs, for this style alone. */
  async load(name: string, options: LoadOptions = {}): Promise<LoadedObject> {
    const loaded = await this.kernel.load(programs(name), options)
    this.#loaded.push(loaded)
    return loaded
  }

  /** Unloads all that was loaded. */
  async end(): Promise<void> {
    for (const loaded of this.#loaded.splice(0).reverse()) await loaded[Symbol.asyncDispose]()
  }
}

/** What came of a style: "works", or errno and reason of the refusal that was to come. */
export type Outcome = "works" | { readonly errno: string; readonly reason: string }

/** Tries a style on a kernel of this name ("6.1", "6.12", "reference"). Throws when it does anything else than it says. */
export async function tryStyle({ run, refusal }: AttachStyle, scene: Scene, on: string): Promise<Outcome> {
  try {
    return await outcomeOf(() => run(scene), refusal, on)
  } finally {
    await scene.end()
  }
}

/** What came of it; throws where it is neither what is to work nor the refusal that is to come on that kernel. */
export async function outcomeOf(
  run: () => Promise<void>,
  refusal: Refusal | undefined,
  on: string,
): Promise<Outcome> {
  if (!refusal?.on.includes(on)) {
    await run()
    return "works"
  }
  const error = await run().then(
    () => assert.fail(`it works, and was to be refused with ${refusal.errno}`),
    (error: unknown) => error,
  )
  assert(error instanceof SkepError, String(error))
  const reason = error.hint ? `${error.message}; ${error.hint}` : error.message
  assert.equal(error.errno, refusal.errno, error.stack)
  assert.match(reason, refusal.reason)
  return { errno: refusal.errno, reason }
}

const objects = new Map<string, ObjectSpec>()

/** An object of test/kernel/programs, which lies at the same distance from here in a guest. */
export function programs(name: string): ObjectSpec {
  let spec = objects.get(name)
  if (!spec) {
    spec = readObject(readFileSync(new URL(`../../programs/${name}.bpf.o`, import.meta.url)), { name })
    objects.set(name, spec)
  }
  return spec
}

/** Global variables that are numbers. */
export function numbers(loaded: LoadedObject): Readonly<Record<string, bigint>> {
  return loaded.globals as Readonly<Record<string, bigint>>
}
