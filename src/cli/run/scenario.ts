import { register } from "node:module"
import { pathToFileURL } from "node:url"
import { UsageError } from "../../base/index.ts"
import type { EmbeddedKernel, EmbeddedObject, World } from "../../embedded/index.ts"

/** What a scenario acts on. */
export interface ScenarioContext {
  readonly kernel: EmbeddedKernel
  readonly world: World
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

async function importModule(path: string): Promise<unknown> {
  try {
    if (/\.[cm]?ts$/.test(path)) register("./typescript-loader.js", import.meta.url)
    return await import(pathToFileURL(path).href)
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`scenario ${path}: ${text}`, { cause })
  }
}
