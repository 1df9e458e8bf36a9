import { UsageError } from "../base/index.ts"
import { compareReleases } from "../catalog/index.ts"
import {
  attachPointOf,
  describePoint,
  type Kernel,
  type Link,
  type LoadedObject,
  outcome,
  type World,
} from "../kernel/index.ts"
import type { ObjectSpec } from "../object/index.ts"
import type { Exhibit, ExhibitContext, Observations } from "./exhibit.ts"

/** One run of an exhibit. */
export interface ExhibitRun {
  readonly programs: readonly {
    readonly name: string
    readonly type: string
    readonly section: string
    readonly attachedTo: string | undefined
  }[]
  readonly observed: Observations
  readonly expected: Observations
}

/** Why a kernel cannot have this exhibit, or undefined. */
export function missingFor(
  exhibit: Exhibit,
  release: string,
  config: (option: string) => string | undefined,
): string | undefined {
  const { since, needs = [] } = exhibit
  if (since !== undefined && compareReleases(release, since) < 0)
    return `it needs Linux ${since}, this is ${release}`
  const absent = needs.filter(option => config(option) === undefined || config(option) === "n")
  return absent.length > 0 ? `this kernel is built without ${absent.join(", ")}` : undefined
}

/** What the exhibit expects of a release. */
export function expectedOn({ expected, expectedBefore = {} }: Exhibit, release: string): Observations {
  const older = Object.entries(expectedBefore).filter(([until]) => compareReleases(release, until) < 0)
  return Object.assign({}, expected, ...older.map(([, observations]) => observations))
}

/** Undefined for all whose section does not turn them off. */
function programsOn(
  { programs, programsBefore = {}, programsSince = {} }: Exhibit,
  spec: ObjectSpec,
  release: string,
): readonly string[] | undefined {
  const [older] = Object.entries(programsBefore).filter(([until]) => compareReleases(release, until) < 0)
  const chosen = older?.[1] ?? programs
  const tooNew = Object.entries(programsSince)
    .filter(([since]) => compareReleases(release, since) < 0)
    .flatMap(([, names]) => names)
  if (tooNew.length === 0) return chosen
  const all = chosen ?? spec.programs.filter(({ autoload }) => autoload).map(({ name }) => name)
  return all.filter(name => !tooNew.includes(name))
}

/** Loads, attaches, lets the scenario happen, and takes everything back. The world is the caller's to close. */
export async function runExhibit(
  exhibit: Exhibit,
  spec: ObjectSpec,
  kernel: Kernel,
  world: World,
): Promise<ExhibitRun> {
  await exhibit.setUp?.(world)
  const only = programsOn(exhibit, spec, kernel.release)
  const globals = typeof exhibit.globals === "function" ? exhibit.globals(world) : exhibit.globals
  await using object = await kernel.load(spec, { ...(only && { only }), ...(globals && { globals }) })
  const links: Record<string, Link> = {}
  const context: ExhibitContext = { kernel, world, object, links, outcome, eventually }
  await attachByHand(exhibit, context, links)
  await attachBySection(spec, object, links)
  const programs = spec.programs.flatMap(({ name, section }) => {
    const program = object.programs[name]
    const point = links[name]?.point
    const attachedTo = point
      ? point.kind === "trace"
        ? section
        : describePoint(point)
      : memberOf(spec, name)
    return program ? [{ name, type: program.type, section, attachedTo }] : []
  })
  const observed = await exhibit.scenario(context)
  return { programs, observed, expected: expectedOn(exhibit, kernel.release) }
}

/** The struct_ops map that a program is a member of. */
function memberOf({ maps }: ObjectSpec, program: string): string | undefined {
  const map = maps.find(({ structOps }) => structOps?.programs.some(member => member.program === program))
  return map && `struct_ops map ${map.name}`
}

async function attachByHand(
  exhibit: Exhibit,
  context: ExhibitContext,
  links: Record<string, Link>,
): Promise<void> {
  for (const [name, point] of Object.entries(exhibit.attach ?? {})) {
    const program = context.object.programs[name]
    if (!program && exhibit.programs?.includes(name)) continue
    if (!program) throw new UsageError(`the exhibit attaches '${name}', which is no program of its object`)
    links[name] = await program.attach(typeof point === "function" ? point(context) : point)
  }
}

/** All whose section names a place, but for those that are attached by hand already. */
async function attachBySection(
  { programs }: ObjectSpec,
  object: LoadedObject,
  links: Record<string, Link>,
): Promise<void> {
  const bySection = programs.filter(spec => object.programs[spec.name] && attachPointOf(spec))
  if (bySection.every(({ name }) => !(name in links))) {
    for (const link of await object.attach()) links[link.program.name] = link
    return
  }
  for (const { name } of bySection) {
    const program = object.programs[name]
    if (program && !(name in links)) links[name] = await program.attach()
  }
}

const PATIENCE = 1000
const PAUSE = 5

async function eventually<T>(take: () => T | undefined): Promise<T | undefined> {
  const end = Date.now() + PATIENCE
  for (;;) {
    const value = take()
    if (value !== undefined || Date.now() > end) return value
    await new Promise(resolve => setTimeout(resolve, PAUSE))
  }
}
