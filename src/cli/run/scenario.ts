import { register } from "node:module"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { SkepError, UsageError } from "../../base/index.ts"
import type { EmbeddedKernel, EmbeddedObject, EmbeddedWorld } from "../../embedded/index.ts"

/** What a scenario acts on. */
export interface ScenarioContext {
  readonly kernel: EmbeddedKernel
  readonly world: EmbeddedWorld
  readonly object: EmbeddedObject
}

/** A scenario file's default export: what happens while the programs are attached. */
export type Scenario = (context: ScenarioContext) => Promise<void> | void

/** Without a file: a shell executes /bin/true. */
export const defaultScenario: Scenario = async ({ world }) => {
  await world.exec("/bin/true")
}

/** Loads a TypeScript or JavaScript module whose default export is a scenario. */
export async function loadScenario(path: string): Promise<Scenario> {
  const module = (await importModule(path)) as { readonly default?: unknown }
  if (typeof module.default === "function") return module.default as Scenario
  throw new UsageError(`scenario ${path}: its default export is no function`, {
    hint: 'write: export default async ({ world }) => { await world.exec("/bin/true") }',
  })
}

/**
 * Lets a scenario happen. What it throws of its own becomes a SkepError that names the place in the file; errors of
 * the kernel, and bugs, pass as they are.
 */
export async function playScenario(
  scenario: Scenario,
  context: ScenarioContext,
  path = "default",
): Promise<void> {
  try {
    await scenario(context)
  } catch (error) {
    if (error instanceof SkepError || (error instanceof Error && error.message.startsWith("BUG:")))
      throw error
    throw new SkepError(`scenario ${path}${placeIn(path, error)}: ${String(error)}`, { cause: error })
  }
}

/** ":3:12": where in the scenario's file an error came up. */
function placeIn(path: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : ""
  const file = resolve(path)
  const at = stack.indexOf(file)
  return at < 0 ? "" : (/^:\d+:\d+/.exec(stack.slice(at + file.length))?.[0] ?? "")
}

async function importModule(path: string): Promise<unknown> {
  try {
    if (/\.[cm]?ts$/.test(path)) register("./typescript-loader.js", import.meta.url)
    return await import(pathToFileURL(path).href)
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`scenario ${path}: ${text}`, { cause })
  }
}
