#!/usr/bin/env node
// Writes docs/hooks.md and docs/hooks.svg from runs of exhibits on the embedded kernel: npm run docs:hooks
import { writeFileSync } from "node:fs"
import { PROGRAM_CONTEXTS } from "../../dist/catalog/details.js"
import { openExhibit } from "../../dist/cli/exhibit/exhibits.js"
import { bootKernel } from "../../dist/embedded/index.js"
import { runExhibit } from "../../dist/exhibit/index.js"
import { EXHIBITS, hooksPage, RELEASE } from "./hooks-page.mjs"

const docs = new URL("../../docs/", import.meta.url)
const runs = {}
for (const name of EXHIBITS) {
  const { exhibit, object } = await openExhibit(name)
  const kernel = await bootKernel({ release: RELEASE })
  runs[name] = await runExhibit(exhibit, object, kernel, kernel.world)
  await kernel[Symbol.asyncDispose]()
}
// openExhibit has taught Node to read TypeScript.
const { HOOKS } = await import("../../exhibits/packet-path/exhibit.ts")
const { page, figure } = hooksPage({ runs, hooks: HOOKS, contexts: PROGRAM_CONTEXTS })
writeFileSync(new URL("hooks.md", docs), page)
writeFileSync(new URL("hooks.svg", docs), figure)
