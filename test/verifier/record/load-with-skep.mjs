// As loader.c, with Skep's loader, which reads the kernel's types once: for guests that have little time.
//   node load-with-skep.mjs LIST ANSWERS LOGS
// Flags are those of the section; programs of type ext are left out. LOGS has refusals only, at level 1.
import { appendFileSync, readFileSync } from "node:fs"
import { errnoNumber } from "../../../dist/base/index.js"
import { attachType, programType } from "../../../dist/catalog/index.js"
import { openLinuxKernel } from "../../../dist/linux/index.js"
import { readObject } from "../../../dist/object/index.js"

const SLEEPABLE = 1 << 4
const FRAGMENTS = 1 << 5

const [list, answers, logs] = process.argv.slice(2)
const kernel = await openLinuxKernel()
let open

for (const line of readFileSync(list, "utf8").trim().split("\n")) {
  const [path, name] = line.split(" ")
  if (open?.path !== path) open = { path, object: readObject(readFileSync(path), { name: path }) }
  const { object } = open
  const program = object.programs.find(each => each.name === name)
  appendFileSync(answers, `${[path, name, ...(await load(object, program))].join("\t")}\n`)
}

async function load(object, { name, definition }) {
  if (definition?.programType === "ext") return ["-", "its target is not loaded"]
  const head = [
    definition && programType(definition.programType)?.number,
    (definition?.attachType && attachType(definition.attachType)?.number) || 0,
    (definition?.sleepable ? SLEEPABLE : 0) | (definition?.fragments ? FRAGMENTS : 0),
  ]
  try {
    const loaded = await kernel.load(object, { only: [name] })
    const { verifiedInstructions } = loaded.programs[name]
    await loaded[Symbol.asyncDispose]()
    return [...head, 0, verifiedInstructions, ""]
  } catch ({ errno, message, log }) {
    if (log === undefined) return ["-", `${errno} ${message}`]
    appendFileSync(logs, `=== ${object.name} ${name}\n${log}\n`)
    const processed = /processed (\d+) insns/.exec(log)?.[1] ?? 0
    return [...head, -errnoNumber(errno), processed, lastWords(log)]
  }
}

function lastWords(log) {
  return log
    .split("\n")
    .findLast(line => line !== "" && !/^(processed \d+ insns|stack depth|verification time)/.test(line))
}
