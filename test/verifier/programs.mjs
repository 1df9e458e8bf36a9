// Programs of the kernel's selftests, each with what a kernel said and a function that verifies it.
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { CoreResolver } from "../../dist/btf/index.js"
import { attachType, programType } from "../../dist/catalog/index.js"
import { kconfigBytes } from "../../dist/kernel/index.js"
import { applyCore, readObject } from "../../dist/object/index.js"
import { loadBuiltinProfile } from "../../dist/profile/node.js"
import { mapFacts, mapsMadeBy, programFromObject, verifyProgram } from "../../dist/verifier/index.js"
import { compileTests } from "./compile.mjs"
import { LIMITED, readOracle, TABLES } from "./oracle.mjs"
import { tagsOf } from "./tags.mjs"
import { targetOf } from "./targets.mjs"

/** Yields { file, program, expected, verify(logLevel, explain) } for every program of a table, loaded with `names`. */
export async function* loadPrograms(
  pattern,
  release = "6.12",
  table = TABLES[release][0],
  names = undefined,
) {
  const capabilities = names && new Set(LIMITED[names].capabilities)
  const oracle = readOracle(table)
  const profile = await loadBuiltinProfile(release)
  const kernel = {
    release,
    btf: profile.btf(),
    // As many as the machine had that the oracle ran on.
    cpus: 2,
    config: name => profile.config(name) === "y",
  }
  const objects = [...new Set([...oracle.keys()].map(key => key.split(" ")[0]))]
  for (const path of await compileTests(objects.filter(name => !pattern || name.includes(pattern)))) {
    const file = basename(path)
    const object = readObject(readFileSync(path), { name: file })
    const resolvers = new Map()
    const tags = tagsOf(object)
    const made = mapFacts(object, kernel, kconfigOf(object, profile, kernel.release))
    const maps = mapsMadeBy(capabilities, made)
    for (const program of object.programs) {
      const told = oracle.get(`${file} ${program.name}`)
      if (!told) continue
      const kind = { type: programType(told.type)?.name, attach: attachType(Number(told.attach))?.name }
      const expected = { ...told, ...kind }
      // The recorder relocates against the kernel; the first tables of 6.12 were recorded otherwise.
      const isElsewhere = release === "6.12" && names === undefined
      const target = isElsewhere ? await relocationTarget(tags.get(program.name), kernel) : kernel.btf
      if (object.btf && !resolvers.has(target)) resolvers.set(target, new CoreResolver(object.btf, target))
      const replaced = await replacedProgram(targetOf(file, program), kernel, profile)
      const verify = (logLevel, explain = false) => {
        const { instructions } = applyCore(program, object, target, resolvers.get(target))
        const choices = { programType: expected.type, flags: expected.flags, extends: replaced }
        const given = programFromObject(object, { ...program, instructions }, maps, kernel, choices)
        const attach = expected.attach ? { attachType: expected.attach } : {}
        return verifyProgram({ ...given, ...attach }, kernel, { logLevel, explain, capabilities })
      }
      yield { file, program, expected, verify }
    }
  }
}

/** The program that one of type ext replaces a function of, as it is given to the kernel. */
async function replacedProgram(target, kernel, profile) {
  if (!target) return undefined
  const [path] = await compileTests([target.object])
  const object = readObject(readFileSync(path), { name: target.object })
  const program = object.programs.find(each => each.name === target.program)
  const maps = mapFacts(object, kernel, kconfigOf(object, profile, kernel.release))
  const { instructions } = applyCore(program, object, kernel.btf)
  return { program: programFromObject(object, { ...program, instructions }, maps, kernel) }
}

/** What a loader puts into the section of configuration values; nothing where an option is missing. */
function kconfigOf({ externs, maps }, profile, release) {
  const [map] = maps.filter(({ kind }) => kind === "kconfig")
  if (!map) return undefined
  const facts = {
    release,
    version: profile.version,
    config: option => profile.config(option),
    hasSymbol: name => profile.symbols().find(name) !== undefined,
  }
  return new Map([
    [
      map.name,
      kconfigBytes(
        externs.filter(({ kind }) => kind === "kconfig"),
        facts,
      ),
    ],
  ])
}

/** The types that a test is relocated against: the kernel's, or those of an object that it names. */
async function relocationTarget(tags = [], kernel) {
  const [named] = tags.flatMap(tag => /^btf_path=(.*)$/.exec(tag)?.[1] ?? [])
  if (named === undefined) return kernel.btf
  const [path] = await compileTests([basename(named)])
  return readObject(readFileSync(path), { name: named }).btf
}
