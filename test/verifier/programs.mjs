// The programs of the kernel's verifier tests, each with what Linux 6.12 said and a function that verifies it.
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { CoreResolver } from "../../dist/btf/index.js"
import { attachType, programType } from "../../dist/catalog/index.js"
import { applyCore, readObject } from "../../dist/object/index.js"
import { loadBuiltinProfile } from "../../dist/profile/node.js"
import { mapFacts, programFromObject, verifyProgram } from "../../dist/verifier/index.js"
import { compileVerifierTests } from "./compile.mjs"
import { readOracle } from "./oracle.mjs"

/** Yields { file, program, expected, verify(logLevel, explain) } for every program that the oracle knows. */
export async function* loadPrograms(pattern) {
  const oracle = readOracle()
  const profile = await loadBuiltinProfile("6.12")
  const kernel = {
    release: "6.12",
    btf: profile.btf(),
    // As many as the machine had that the oracle ran on.
    cpus: 2,
    config: name => profile.config(name) === "y",
  }
  for (const path of await compileVerifierTests()) {
    const file = basename(path)
    if (pattern && !file.includes(pattern)) continue
    const object = readObject(readFileSync(path), { name: file })
    const core = object.btf && new CoreResolver(object.btf, kernel.btf)
    const maps = mapFacts(object, kernel)
    for (const program of object.programs) {
      const told = oracle.get(`${file} ${program.name}`)
      if (!told) continue
      const { type, attach } = told
      const names = { type: programType(type)?.name, attach: attachType(Number(attach))?.name }
      const expected = { ...told, ...names }
      const verify = (logLevel, explain = false) => {
        const { instructions } = applyCore(program, object, kernel.btf, core)
        const choices = { programType: expected.type, flags: expected.flags }
        const given = programFromObject(object, { ...program, instructions }, maps, kernel, choices)
        const attach = expected.attach ? { attachType: expected.attach } : {}
        return verifyProgram({ ...given, ...attach }, kernel, { logLevel, explain })
      }
      yield { file, program, expected, verify }
    }
  }
}
