import type { Arena } from "../arena.ts"
import { functionStarts } from "../functions.ts"
import type { ExecutableProgram } from "../machine.ts"
import { prepare } from "../prepare.ts"
import { compileProgram } from "./compile.ts"
import { Instance } from "./instance.ts"
import { NativeFunctions } from "./natives.ts"
import type { Site } from "./site.ts"
import type { Tier } from "./tier.ts"

interface Compiled {
  readonly imports: NativeFunctions["imports"]
  readonly starts: ReadonlySet<number>
  readonly module: WebAssembly.Module
}

const compiled = new WeakMap<ExecutableProgram["instructions"], WeakMap<object, Map<string, Compiled>>>()
/** Stands for machines without native calls. */
const NO_NATIVES = {}
const instances = new WeakMap<ExecutableProgram, WeakMap<Site, Map<Tier, Instance>>>()

/** The module of a program, which is compiled again when it shall start at a slot that nothing in it names. */
function moduleOf(
  { instructions, entries = [], facts, arena }: ExecutableProgram,
  entry: number,
  { memoryBytes, natives }: Site,
  tier: Tier,
): Compiled {
  const own = entryOf(
    entryOf(compiled, instructions, () => new WeakMap()),
    natives ?? NO_NATIVES,
    () => new Map(),
  )
  const key = `${tier} ${memoryBytes} ${arena ? textOf(arena) : ""}`
  const known = own.get(key)
  if (known?.starts.has(entry)) return known
  const operations = prepare(instructions)
  const starts = new Set([...(known?.starts ?? functionStarts(operations)), ...entries, entry])
  const functions = natives && new NativeFunctions(natives)
  const module = new WebAssembly.Module(
    compileProgram(operations, [...starts], { tier, memoryBytes, facts, natives: functions, arena }),
  )
  const made = { starts, module, imports: functions?.imports ?? {} }
  own.set(key, made)
  return made
}

/** All that is compiled into a module. */
function textOf({ address, size, user, convertsToUser, pages, sink }: Arena): string {
  return [address, size, user, convertsToUser, pages, sink].join(" ")
}

function entryOf<K extends object, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

/** A program on a site, compiled for the memory there is now. */
export function instanceOf(program: ExecutableProgram, site: Site, tier: Tier, entry = 0): Instance {
  const tiers = entryOf(
    entryOf(instances, program, () => new WeakMap()),
    site,
    () => new Map(),
  )
  const memoryBytes = site.memoryBytes
  let instance = tiers.get(tier)
  if (!instance?.hasFunction(entry) || instance.memoryBytes !== memoryBytes) {
    const { module, imports } = moduleOf(program, entry, site, tier)
    instance = new Instance(program, module, imports, site, tier, (next, at) => instanceOf(next, at, tier))
    tiers.set(tier, instance)
  }
  return instance
}
