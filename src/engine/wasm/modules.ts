import type { ExecutableProgram } from "../machine.ts"
import { prepare } from "../prepare.ts"
import { compileProgram, functionStarts, type Tier } from "./compile.ts"
import { Instance } from "./instance.ts"
import type { Site } from "./site.ts"

interface Compiled {
  readonly starts: ReadonlySet<number>
  readonly module: WebAssembly.Module
}

const compiled = new WeakMap<ExecutableProgram["instructions"], Map<string, Compiled>>()
const instances = new WeakMap<ExecutableProgram, WeakMap<Site, Map<Tier, Instance>>>()

/** The module of a program, which is compiled again when it shall start at a slot that nothing in it names. */
function moduleOf(
  { instructions }: ExecutableProgram,
  entry: number,
  memoryBytes: number,
  tier: Tier,
): WebAssembly.Module {
  let own = compiled.get(instructions)
  if (own === undefined) {
    own = new Map()
    compiled.set(instructions, own)
  }
  const key = `${tier} ${memoryBytes}`
  const known = own.get(key)
  if (known?.starts.has(entry)) return known.module
  const operations = prepare(instructions)
  const starts = new Set([...(known?.starts ?? functionStarts(operations)), entry])
  const module = new WebAssembly.Module(compileProgram(operations, [...starts], { tier, memoryBytes }))
  own.set(key, { starts, module })
  return module
}

/** A program on a site, compiled for the memory there is now. */
export function instanceOf(program: ExecutableProgram, site: Site, tier: Tier, entry = 0): Instance {
  let own = instances.get(program)
  if (own === undefined) {
    own = new WeakMap()
    instances.set(program, own)
  }
  let tiers = own.get(site)
  if (tiers === undefined) {
    tiers = new Map()
    own.set(site, tiers)
  }
  const memoryBytes = site.memory.buffer.byteLength
  let instance = tiers.get(tier)
  if (!instance?.hasFunction(entry) || instance.memoryBytes !== memoryBytes) {
    const module = moduleOf(program, entry, memoryBytes, tier)
    instance = new Instance(program, module, site, tier, (next, at) => instanceOf(next, at, tier))
    tiers.set(tier, instance)
  }
  return instance
}
