import { isDeepStrictEqual } from "node:util"
import type { ArchitectureName } from "../../catalog/index.ts"
import { bootKernel } from "../../embedded/index.ts"
import { type ExhibitRun, missingFor, runExhibit } from "../../exhibit/index.ts"
import type { Kernel, World } from "../../kernel/index.ts"
import type { KernelProfile } from "../../profile/index.ts"
import { loadProfile } from "../../profile/node.ts"
import { Exit } from "../command.ts"
import type { Io } from "../io.ts"
import { exhibitNames, openExhibit } from "./exhibits.ts"
import { type ExhibitResult, resultText } from "./text.ts"

export interface RunFlags {
  readonly release?: string
  readonly linux?: true
  readonly json?: true
}

const DEFAULT_RELEASE = "6.12"

/** A kernel with a world of its own, and what it was built with. */
interface Place {
  readonly kernel: Kernel
  readonly world: World
  config(option: string): string | undefined
  close(): Promise<void>
}

/** Runs exhibits, each on a fresh kernel; ends with status 1 when one shows something else than it says. */
export async function runExhibits(names: readonly string[], flags: RunFlags, io: Io): Promise<void> {
  const results: ExhibitResult[] = []
  for (const name of names.length > 0 ? names : exhibitNames()) {
    const result = await runOne(name, flags)
    results.push(result)
    if (!flags.json) io.out(`${resultText(result, io.style)}\n`)
  }
  if (flags.json) io.out(`${JSON.stringify(results, jsonValue, 2)}\n`)
  if (results.some(({ outcome }) => outcome === "different")) throw new Exit(1)
}

async function runOne(name: string, flags: RunFlags): Promise<ExhibitResult> {
  const profile = flags.linux ? undefined : await loadProfile(flags.release ?? DEFAULT_RELEASE)
  const { exhibit, object } = await openExhibit(name, profile?.architecture ?? machineArchitecture())
  const place = await (profile ? onEmbedded(profile, exhibit.needs ?? []) : onLinux())
  try {
    const { kernel, world } = place
    const shared = {
      name,
      title: exhibit.title,
      kernel: flags.linux ? ("linux" as const) : ("embedded" as const),
      release: profile?.name ?? kernel.release,
    }
    const missing = missingFor(exhibit, kernel.release, option => place.config(option))
    if (missing !== undefined) return { ...shared, outcome: "missing", missing }
    const run = await runExhibit(exhibit, object, kernel, world)
    return { ...shared, outcome: isAsExpected(run) ? "as expected" : "different", run }
  } finally {
    await place.close()
  }
}

function machineArchitecture(): ArchitectureName {
  return process.arch === "arm64" ? "arm64" : "x86_64"
}

function isAsExpected({ observed, expected }: ExhibitRun): boolean {
  return isDeepStrictEqual(observed, expected)
}

/** The model is built with what an exhibit needs, whatever the release's distribution left out. */
async function onEmbedded(profile: KernelProfile, needs: readonly string[]): Promise<Place> {
  const config = Object.fromEntries(needs.map(option => [option, "y"]))
  const kernel = await bootKernel({ profile, config })
  return {
    kernel,
    world: kernel.world,
    config: option => kernel.config(option) ?? "n",
    close: () => kernel[Symbol.asyncDispose](),
  }
}

async function onLinux(): Promise<Place> {
  // Only now: everything of the Linux kernel comes with it.
  const { openLinuxKernel, openLinuxWorld } = await import("../../linux/index.ts")
  const kernel = await openLinuxKernel()
  const world = openLinuxWorld(kernel)
  return {
    kernel,
    world,
    // Where no configuration is to be found the kernel itself has to say what it lacks.
    config: option => (kernel.machine.hasConfig ? kernel.machine.config(option) : "y"),
    async close() {
      await world[Symbol.asyncDispose]()
      await kernel[Symbol.asyncDispose]()
    },
  }
}

/** 64-bit numbers as text, as JSON has none. */
function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value
}
