import { attachPointOf, type Globals, type LoadedObject, liveGlobals } from "../kernel/index.ts"
import type { ObjectSpec } from "../object/index.ts"
import type { LinuxLink } from "./linux-link.ts"
import type { LinuxProgram } from "./linux-program.ts"
import type { LinuxMap, Sample } from "./maps/linux-map.ts"

/** An object's programs and maps as the Linux kernel holds them. */
export class LinuxObject implements LoadedObject {
  readonly spec: ObjectSpec
  readonly programs: Readonly<Record<string, LinuxProgram>>
  readonly maps: Readonly<Record<string, LinuxMap>>
  readonly globals: Globals

  constructor(
    spec: ObjectSpec,
    programs: Readonly<Record<string, LinuxProgram>>,
    maps: Readonly<Record<string, LinuxMap>>,
  ) {
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
  events(types: Readonly<Record<string, string>> = {}): Sample[] {
    const samples = Object.values(this.maps).flatMap(map => map.takeSamples(types[map.name]))
    const never = 2n ** 64n
    return samples.sort((a, b) =>
      (a.time ?? never) < (b.time ?? never) ? -1 : (a.time ?? never) > (b.time ?? never) ? 1 : 0,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of Object.values(this.programs)) await program[Symbol.asyncDispose]()
    for (const map of Object.values(this.maps)) map.close()
  }
}

function memoryOf(maps: LinuxObject["maps"], name: string): LinuxMap["memory"] {
  const map = maps[name]
  if (!map) throw new Error(`BUG: variables of map ${name}, which was not created`)
  return map.memory
}
