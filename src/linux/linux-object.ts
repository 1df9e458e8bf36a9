import { setImmediate } from "node:timers/promises"
import {
  attachPointOf,
  type FollowOptions,
  type Globals,
  type LoadedObject,
  liveGlobals,
} from "../kernel/index.ts"
import type { ObjectSpec } from "../object/index.ts"
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
  readonly #poller: Poller
  readonly #onClose = new Set<() => void>()
  #isOpen = true

  constructor(
    spec: ObjectSpec,
    programs: Readonly<Record<string, LinuxProgram>>,
    maps: Readonly<Record<string, LinuxMap>>,
    poller: Poller,
  ) {
    this.#poller = poller
    this.spec = spec
    this.programs = programs
    this.maps = maps
    this.globals = liveGlobals(spec, map => memoryOf(maps, map))
  }

  async attach(): Promise<readonly LinuxLink[]> {
    const links: LinuxLink[] = []
    try {
      for (const program of Object.values(this.programs))
        if (attachPointOf(program.spec)) links.push(await program.attach())
      return links
    } catch (error) {
      // As libbpf: one that fails takes the others with it.
      for (const link of links) await link.detach()
      throw error
    }
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
    const sources = Object.values(this.maps).flatMap(map => (map.hasRecords ? [map.records()] : []))
    const descriptors = sources.flatMap(source => source.descriptors)
    const isReady = (): boolean => sources.some(source => source.isReady)
    const onClose = (end: () => void): (() => void) => {
      this.#onClose.add(end)
      return () => this.#onClose.delete(end)
    }
    while (this.#isOpen && !signal?.aborted) {
      const samples = this.events(types)
      yield* samples
      if (samples.length > 0) await setImmediate()
      else await whenReadable(this.#poller, descriptors, { signal, onClose, isReady })
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
