import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { transform } from "sucrase"

interface Loaded {
  readonly format: "module"
  readonly source: string
  readonly shortCircuit: true
}

/** A module loading hook (node:module `register`) that takes types out of `.ts` files, for Node releases that cannot. */
export async function load<Context, Result>(
  url: string,
  context: Context,
  nextLoad: (url: string, context: Context) => Promise<Result>,
): Promise<Result | Loaded> {
  if (!/\.[cm]?ts$/.test(new URL(url).pathname)) return nextLoad(url, context)
  const path = fileURLToPath(url)
  const { code } = transform(await readFile(path, "utf8"), { transforms: ["typescript"], filePath: path })
  return { format: "module", source: code, shortCircuit: true }
}
