import { SkepError, UsageError } from "../../base/index.ts"
import type { BtfFacts, KernelObjects } from "../../kernel/index.ts"
import { IdTable } from "../objects/id-table.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { allMaps, allPrograms } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"

export const show: Verb = {
  names: ["show", "list"],
  words: "[id BTF_ID]",
  summary: "list the type information that the kernel holds",
  async run(words, context) {
    await showBtf(words, context)
  },
}

/** Who uses which BTF, by its id. */
interface Users {
  readonly programs: IdTable<number>
  readonly maps: IdTable<number>
}

async function showBtf(words: Words, { objects, json, out }: VerbContext): Promise<void> {
  const wanted = readId(words)
  const kernel = await objects()
  const found =
    wanted === undefined
      ? kernel.ids("btf").flatMap(id => kernel.btf(id) ?? [])
      : [kernel.btf(wanted) ?? missing(wanted)]
  const users = usersOf(kernel)
  if (!json) {
    for (const btf of found) out(plain(btf, users))
    return
  }
  const write = (): void => {
    for (const btf of found) writeJson(btf, users, json)
  }
  if (wanted === undefined) json.array(write)
  else write()
}

function readId(words: Words): number | undefined {
  if (words.isEmpty) return undefined
  if (words.take("id") === undefined) throw new UsageError(`expected 'id', got: '${words.peek()}'`)
  const id = words.number("ID")
  words.end()
  return id
}

function missing(id: number): never {
  throw new SkepError(`can't get BTF object by id (${id}): No such file or directory (ENOENT)`, {
    errno: "ENOENT",
  })
}

function usersOf(kernel: KernelObjects): Users {
  const users: Users = { programs: new IdTable(), maps: new IdTable() }
  for (const { id, btfId } of allPrograms(kernel)) if (btfId !== 0) users.programs.append(btfId, id)
  for (const { id, btfId } of allMaps(kernel)) if (btfId !== 0) users.maps.append(btfId, id)
  return users
}

function plain({ id, isKernel, name, size }: BtfFacts, { programs, maps }: Users): string {
  const label = isKernel ? `[${name}]` : name === "" ? "<anon>" : name
  const list = (title: string, ids: readonly number[]): string =>
    ids.length === 0 ? "" : `  ${title} ${ids.join(",")}`
  return `${id}: name ${label}  size ${size}B${list("prog_ids", programs.of(id))}${list("map_ids", maps.of(id))}\n`
}

function writeJson({ id, size, isKernel, name }: BtfFacts, users: Users, json: JsonWriter): void {
  const list = (title: string, ids: readonly number[]): void =>
    json.arrayField(title, () => {
      for (const each of ids) json.raw(String(each))
    })
  json.object(() => {
    json.field("id", id)
    json.field("size", size)
    list("prog_ids", users.programs.of(id))
    list("map_ids", users.maps.of(id))
    json.field("kernel", isKernel)
    if (name !== "") json.field("name", name)
  })
}
