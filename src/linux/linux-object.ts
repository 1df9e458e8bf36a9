import { setImmediate } from "node:timers/promises"
import {
  attachPointOf,
  type FollowOptions,
  type Globals,
  type LoadedObject,
  liveGlobals,
} from "../kernel/index.ts"
import type { ObjectSpec } from "../object/index.ts"
import type { StructOpsLink } from "./attach/struct-ops-link.ts"
import type { Poller } from "./ffi/epoll.ts"
import type { LinuxLink } from "./linux-link.ts"
import type { LinuxProgram } from "./linux-program.ts"
import type { LinuxMap, LinuxSample } from "./maps/linux-map.ts"
import { whenReadable } from "./read/records.ts"

/** An object's programs and maps as the Linux kernel holds them. */
export class LinuxObject implements LoadedObject {
  readonly spec: ObjectSpec
  readonly programs: Readonly<Record<string, LinuxProgram>>
  readonly maps: Readonly<Record<string, LinuxMap>>
  readonly globals: Globals
  readonly warnings: readonly string[]
  readonly #poller: Poller
  readonly #onClose = new Set<() => void>()
  readonly #attached: (LinuxLink | StructOpsLink)[] = []
  #isOpen = true

  constructor(
    spec: ObjectSpec,
    programs: Readonly<Record<string, LinuxProgram>>,
    maps: Readonly<Record<string, LinuxMap>>,
    poller: Poller,
    warnings: readonly string[],
  ) {
    this.warnings = warnings
    this.#poller = poller
    this.spec = spec
    this.programs = programs
    this.maps = maps
    this.globals = liveGlobals(spec, map => memoryOf(maps, map))
  }

  async attach(): Promise<readonly LinuxLink[]> {
    const links: LinuxLink[] = []
    try {
      for (const program of Object.values(this.programs)) {
        if (!attachPointOf(program.spec)) continue
        links.push(await program.attach())
        this.#attached.push(links.at(-1) as LinuxLink)
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
    for (const each of this.#attached.splice(0)) await each.detach()
  }

  /** Every record that nobody has read yet, by the kernel's times; those without a time stand at the end. */
  events(types: Readonly<Record<string, string>> = {}): LinuxSample[] {
    const samples = Object.values(this.maps).flatMap(map => map.takeSamples(types[map.name]))
    const never = 2n ** 64n
    return samples.sort((a, b) =>
      (a.time ?? never) < (b.time ?? never) ? -1 : (a.time ?? never) > (b.time ?? never) ? 1 : 0,
    )
  }

  /** The records of all maps as they come, until `signal` fires or the object is closed. Those that come together are in order. */
  async *follow(options: FollowOptions = {}): AsyncGenerator<LinuxSample> {
    const { signal, types } = options
    const maps = Object.values(this.maps).filter(map => map.hasRecords)
    const onClose = (end: () => void): (() => void) => {
      this.#onClose.add(end)
      const forget = maps.map(map => map.onClose(end))
      return () => {
        this.#onClose.delete(end)
        for (const each of forget) each()
      }
    }
    while (this.#isOpen && !signal?.aborted) {
      const samples = this.events(types)
      yield* samples
      if (samples.length > 0) {
        await setImmediate()
        continue
      }
      const sources = maps.map(map => map.records())
      const descriptors = sources.flatMap(source => source.descriptors)
      const isReady = (): boolean => sources.some(source => source.isReady)
      await whenReadable(this.#poller, descriptors, { signal, onClose, isReady })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false
    for (const end of this.#onClose) end()
    for (const program of Object.values(this.programs)) await program[Symbol.asyncDispose]()
    for (const map of Object.values(this.maps)) map.close()
  }
}

function memoryOf(maps: LinuxObject["maps"], name: string): LinuxMap["memory"] {
  const map = maps[name]
  if (!map) throw new Error(`BUG: variables of map ${name}, which was not created`)
  return map.memory
}
