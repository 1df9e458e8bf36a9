import type { KernelObjects, LinkFacts } from "../../kernel/index.ts"
import { linkTypeName, typeColumn } from "../objects/formats.ts"
import type { IdTable } from "../objects/id-table.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { pinsJson, pinsPlain, pinTable } from "../objects/pin-table.ts"
import { selectLink } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"
import { detailJson, detailPlain } from "./detail.ts"

export const show: Verb = {
  names: ["show", "list"],
  words: "[LINK]",
  summary: "list links, or show the one that is named",
  async run(words, context) {
    await showLinks(words, context)
  },
}

async function showLinks(words: Words, { objects, json, flags, out }: VerbContext): Promise<void> {
  const kernel = await objects()
  const all = words.isEmpty
  const links = all ? kernel.ids("link").flatMap(id => kernel.link(id) ?? []) : [selectLink(words, kernel)]
  words.end()
  const pins = pinTable(kernel, "link", flags.bpffs === true)
  if (!json) {
    for (const link of links) out(linkPlain(link, kernel, pins))
    return
  }
  const write = (): void => {
    for (const link of links) linkJson(link, kernel, pins, json)
  }
  if (all) json.array(write)
  else write()
}

function linkPlain(link: LinkFacts, kernel: KernelObjects, pins: IdTable<string>): string {
  const header = `${link.id}: ${typeColumn(linkTypeName(link.type))}prog ${link.programId}  `
  return `${header}${detailPlain(link, kernel)}${pinsPlain(pins, link.id)}\n`
}

function linkJson(link: LinkFacts, kernel: KernelObjects, pins: IdTable<string>, json: JsonWriter): void {
  json.object(() => {
    json.field("id", link.id)
    json.field("type", linkTypeName(link.type))
    json.field("prog_id", link.programId)
    detailJson(link, kernel, json)
    pinsJson(pins, link.id, json)
  })
}
