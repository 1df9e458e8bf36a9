// What a kernel tells of programs and maps that it keeps, without the numbers that differ from run to run, against what the
// embedded kernel of the same release tells of the same objects: tags, types, memory, names.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { type KernelObjects, type LoadedObject, type ObjectSpec, readObject } from "skep"
import { bootKernel, EmbeddedObjects } from "skep/embedded"
import { LinuxObjects, openLinuxKernel } from "skep/linux"
import { guest } from "../tracing/style.ts"

const release = process.env.SKEP_KERNEL as string

/** Objects of this repository that both kernels load as a whole. */
const OBJECTS = [
  "exhibits/hello/program",
  "test/kernel/programs/commands",
  "test/kernel/programs/hooks",
  "test/kernel/programs/timers",
  "test/kernel/programs/variables",
  "test/kernel/programs/congestion",
  "test/ground-truth/programs/maps",
]

/** By name, as the object has them. */
function keptFacts(objects: KernelObjects, loaded: LoadedObject): object {
  const names = new Map(Object.values(loaded.maps).map(({ id, name }) => [id, name]))
  const programs = Object.values(loaded.programs).map(({ id, name }) => {
    const { type, tag, name: short, fullName, gplCompatible, uid, ...facts } = objects.program(id)!
    return {
      ...{ name, type, tag, short, fullName, gplCompatible, uid },
      maps: facts.mapIds.map(map => names.get(map)),
      hasTypes: facts.btfId !== 0,
      target: [facts.attachBtfObject, facts.attachBtfId],
    }
  })
  const maps = Object.values(loaded.maps).map(({ id }) => {
    const { id: _id, btfId, ...facts } = objects.map(id)!
    return { ...facts, hasTypes: btfId !== 0 }
  })
  return { programs, maps }
}

function read(path: string): ObjectSpec {
  return readObject(readFileSync(`/skep/test/objects/${path}.bpf.o`), { name: path.split("/").at(-1)! })
}

/** Types have other numbers on a kernel that is built otherwise than the profile's. */
const skip = guest === "reference" && "this kernel is none that the embedded one has a profile of"

describe("an embedded kernel tells of what it keeps", () => {
  for (const path of OBJECTS)
    test(`${path} as the real one does`, { skip }, async () => {
      await using linux = await openLinuxKernel()
      await using embedded = await bootKernel({ release, cpus: linux.cpus })
      const spec = read(path)
      const wanted = keptFacts(new LinuxObjects(linux), await linux.load(spec))
      const given = keptFacts(new EmbeddedObjects(embedded), await embedded.load(spec))
      assert.deepEqual(given, wanted)
    })
})
