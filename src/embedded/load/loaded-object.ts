import {
  attachPointOf,
  type FollowOptions,
  type Globals,
  type LoadedObject,
  liveGlobals,
} from "../../kernel/index.ts"
import type { ObjectSpec } from "../../object/index.ts"
import type { EmbeddedLink } from "../attach/embedded-link.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { EmbeddedSample, TypedMap } from "./typed-map.ts"

/** An object's programs and maps as the embedded kernel holds them. */
export class EmbeddedObject implements LoadedObject {
  readonly spec: ObjectSpec
  readonly programs: Readonly<Record<string, EmbeddedProgram>>
  readonly maps: Readonly<Record<string, TypedMap>>
  readonly globals: Globals
  readonly warnings: readonly string[] = []

  readonly #onDispose: () => void
  readonly #attached: { detach(): Promise<void> }[] = []
  #isOpen = true

  constructor(
    spec: ObjectSpec,
    programs: Readonly<Record<string, EmbeddedProgram>>,
    maps: Readonly<Record<string, TypedMap>>,
    onDispose: () => void,
  ) {
    this.#onDispose = onDispose
    this.spec = spec
    this.programs = programs
    this.maps = maps
    this.globals = liveGlobals(spec, name => {
      const map = maps[name]
      if (!map) throw new Error(`BUG: variables of map ${name}, which was not created`)
      return map.globalMemory()
    })
  }

  async attach(): Promise<readonly EmbeddedLink[]> {
    const links: EmbeddedLink[] = []
    try {
      for (const program of Object.values(this.programs)) {
        if (!attachPointOf(program.spec)) continue
        const link = await program.attach()
        links.push(link)
        this.#attached.push(link)
      }
      for (const map of Object.values(this.maps)) if (map.isStructOps) this.#attached.push(await map.attach())
      return links
    } catch (error) {
      // As libbpf: one that fails takes the others with it.
      await this.detach()
      throw error
    }
  }

  async detach(): Promise<void> {
    for (const link of this.#attached.splice(0)) await link.detach()
  }

  /** Every record of every map that nobody has read yet, in the order in which programs wrote them. */
  events(types: Readonly<Record<string, string>> = {}): EmbeddedSample[] {
    return Object.values(this.maps)
      .flatMap(map => map.takeSamples(types[map.name]))
      .sort((a, b) => a.order - b.order)
  }

  async *follow(options: FollowOptions = {}): AsyncGenerator<EmbeddedSample> {
    const { signal, types } = options
    while (this.#isOpen && !signal?.aborted) {
      const samples = this.events(types)
      yield* samples
      if (samples.length === 0) await this.#nextRecord(signal)
    }
  }

  #nextRecord(signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        for (const stop of stops) stop()
        signal?.removeEventListener("abort", done)
        resolve()
      }
      const stops = Object.values(this.maps).map(map => map.onRecord(done))
      signal?.addEventListener("abort", done)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false
    await this.detach()
    for (const program of Object.values(this.programs)) await program[Symbol.asyncDispose]()
    this.#onDispose()
    for (const map of Object.values(this.maps)) map.close()
  }
}
