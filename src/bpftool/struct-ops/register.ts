import { SkepError, UsageError } from "../../base/index.ts"
import { readObject } from "../../object/index.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import type { Words } from "../objects/words.ts"
import { kernelTypes, selectStructOps, structName } from "./select.ts"

export const register: Verb = {
  names: ["register"],
  words: "OBJ",
  summary: "load an object and put the programs of its struct_ops maps in place of the kernel's functions",
  run: (words, context) => registerMaps(words, context),
}

async function registerMaps(words: Words, context: VerbContext): Promise<void> {
  const { io, json, kernel: open } = context
  const file = words.next("an object file")
  words.end()
  const spec = readObject(await io.readFile(file), { name: file })
  const kernel = await open()
  const loaded = await kernel.load(spec)
  const maps = Object.values(loaded.maps).filter(map => map.type === "struct_ops")
  if (maps.length === 0) throw new SkepError(`no struct_ops found in ${file}`)
  const types = await kernelTypes(context)
  for (const map of maps) {
    map.register()
    const facts = kernel.objects.map(map.id)
    io.err(`Registered ${facts ? structName(types, facts) : ""} ${map.name} id ${map.id}\n`)
  }
  json?.null()
}

export const unregister: Verb = {
  names: ["unregister"],
  words: "STRUCT_OPS_MAP",
  summary: "give the kernel its own functions back",
  async run(words, context) {
    const { io, json, objects } = context
    if (words.isEmpty) throw new UsageError("expected 'id' or 'name'")
    const kernel = await objects()
    const types = await kernelTypes(context)
    for (const facts of selectStructOps(words, kernel).maps) {
      using map = kernel.openMap(facts.id)
      map.delete(new Uint8Array(4))
      io.err(`Unregistered ${structName(types, facts)} ${facts.name} id ${facts.id}\n`)
    }
    json?.null()
  },
}
