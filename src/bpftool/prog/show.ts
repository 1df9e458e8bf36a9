import type { KernelObjects, ProgramFacts } from "../../kernel/index.ts"
import {
  deviceJson,
  devicePlain,
  localTime,
  programTypeName,
  typeColumn,
  wallClock,
} from "../objects/formats.ts"
import type { IdTable } from "../objects/id-table.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { pinsJson, pinsPlain, pinTable } from "../objects/pin-table.ts"
import { allPrograms, selectPrograms } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"
import { metadataJson, metadataPlain, programMetadata } from "./metadata.ts"

export const show: Verb = {
  names: ["show", "list"],
  words: "[PROG]",
  summary: "list programs, or show those that are named",
  async run(words, context) {
    await showPrograms(words, context)
  },
}

async function showPrograms(words: Words, { objects, json, flags, out }: VerbContext): Promise<void> {
  const kernel = await objects()
  const all = words.isEmpty
  const programs = all ? allPrograms(kernel) : selectPrograms(words, kernel)
  words.end()
  const pins = pinTable(kernel, "program", flags.bpffs === true)
  if (!json) {
    for (const program of programs) out(programPlain(program, kernel, pins))
    return
  }
  const write = (): void => {
    for (const program of programs) programJson(program, kernel, pins, json)
  }
  // One that was asked for by id stands alone.
  if (all || programs.length > 1) json.array(write)
  else write()
}

export function programHeaderPlain(program: ProgramFacts): string {
  const { id, type, name, fullName, tag, device, gplCompatible } = program
  return [
    `${id}: ${typeColumn(programTypeName(type))}${name === "" ? "" : `name ${fullName}  `}tag ${tag}`,
    devicePlain(device),
    gplCompatible ? "  gpl" : "",
    program.runTime === 0n ? "" : ` run_time_ns ${program.runTime} run_cnt ${program.runCount}`,
    program.recursionMisses === 0n ? "" : ` recursion_misses ${program.recursionMisses}`,
    "\n",
  ].join("")
}

function programPlain(program: ProgramFacts, kernel: KernelObjects, pins: IdTable<string>): string {
  const { id, mapIds } = program
  return [
    programHeaderPlain(program),
    loadedPlain(program, kernel),
    `\txlated ${program.translatedLength}B`,
    program.jitedLength > 0 ? `  jited ${program.jitedLength}B` : "  not jited",
    program.memlock === undefined ? "" : `  memlock ${program.memlock}B`,
    mapIds.length === 0 ? "" : `  map_ids ${mapIds.join(",")}`,
    pinsPlain(pins, id),
    program.btfId === 0 ? "" : `\n\tbtf_id ${program.btfId}`,
    "\n",
    metadataPlain(programMetadata(program, kernel)),
  ].join("")
}

function loadedPlain({ loadTime, uid }: ProgramFacts, { bootTime }: KernelObjects): string {
  return loadTime === 0n ? "" : `\tloaded_at ${localTime(wallClock(bootTime, loadTime))}  uid ${uid}\n`
}

export function programHeaderJson(program: ProgramFacts, json: JsonWriter): void {
  json.field("id", program.id)
  json.field("type", programTypeName(program.type))
  if (program.name !== "") json.field("name", program.fullName)
  json.field("tag", program.tag)
  json.field("gpl_compatible", program.gplCompatible)
  if (program.runTime !== 0n) {
    json.field("run_time_ns", program.runTime)
    json.field("run_cnt", program.runCount)
  }
  if (program.recursionMisses !== 0n) json.field("recursion_misses", program.recursionMisses)
}

function programJson(
  program: ProgramFacts,
  kernel: KernelObjects,
  pins: IdTable<string>,
  json: JsonWriter,
): void {
  json.object(() => {
    programHeaderJson(program, json)
    deviceJson(program.device, json)
    if (program.loadTime !== 0n) {
      json.field("loaded_at", wallClock(kernel.bootTime, program.loadTime))
      json.field("uid", program.uid)
    }
    json.field("bytes_xlated", program.translatedLength)
    json.field("jited", program.jitedLength > 0)
    if (program.jitedLength > 0) json.field("bytes_jited", program.jitedLength)
    if (program.memlock !== undefined) json.field("bytes_memlock", program.memlock)
    if (program.mapIds.length > 0)
      json.arrayField("map_ids", () => {
        for (const id of program.mapIds) json.raw(String(id))
      })
    if (program.btfId !== 0) json.field("btf_id", program.btfId)
    pinsJson(pins, program.id, json)
    metadataJson(programMetadata(program, kernel), json)
  })
}
