import type { Io } from "../io.ts"
import type { InspectMap, InspectProgram, InspectReport } from "./report.ts"
import { type Cell, table } from "./table.ts"

type Style = Io["style"]

/** The report as people read it: facts, then a table for each kind of thing there is. */
export function reportText(report: InspectReport, style: Style): string {
  const parts = [
    facts(report, style),
    section("programs", report.programs.length, style, programsTable(report.programs, style)),
    ...report.programs.filter(program => program.problem !== null).map(program => problem(program, style)),
    section("maps", report.maps.length, style, mapsTable(report.maps, style)),
    ...structOps(report.maps, style),
    section("globals", report.globals.length, style, globalsTable(report, style)),
    section("externs", report.externs.length, style, externsTable(report, style)),
    section("CO-RE relocations", total(report.core), style, coreTable(report, style)),
    ...report.warnings.map(warning => `${style.yellow("warning:")} ${warning}\n`),
  ]
  return parts.filter(Boolean).join("")
}

function facts(report: InspectReport, style: Style): string {
  const version = report.kernelVersion ? `, for kernel version ${unpackVersion(report.kernelVersion)}` : ""
  const license = report.license ? `license "${report.license}"` : style.yellow("no license")
  const btf = report.btf ? `BTF of ${report.btf.types} types` : style.yellow("no BTF")
  const size = `${report.size.toLocaleString("en")} bytes`
  return `${style.bold(report.name)}: BPF object, ${report.byteOrder} endian, ${size}, ${license}, ${btf}${version}\n`
}

function unpackVersion(version: number): string {
  return `${version >>> 16}.${(version >>> 8) & 0xff}.${version & 0xff}`
}

function section(title: string, count: number, style: Style, body: string): string {
  return count === 0 ? "" : `\n${style.bold(title)} (${count})\n${body}`
}

function programsTable(programs: readonly InspectProgram[], style: Style): string {
  const rows = programs.map((program): Cell[] => [
    { text: program.name, style: style.cyan },
    { text: program.section },
    program.type ? { text: program.type } : { text: "unknown section", style: style.yellow },
    { text: program.attachType ?? "" },
    { text: program.target ?? "", style: style.dim },
    { text: String(program.instructions) },
    { text: program.autoload ? "" : "no", style: style.yellow },
    { text: program.subprograms.join(" "), style: style.dim },
  ])
  const columns = [
    { title: "name" },
    { title: "section" },
    { title: "type" },
    { title: "attach type" },
    { title: "target" },
    { title: "insns", align: "right" } as const,
    { title: "autoload" },
    { title: "subprograms" },
  ]
  return table(columns, rows, style.dim)
}

function problem(program: InspectProgram, style: Style): string {
  return `  ${style.red("problem:")} ${program.problem}\n`
}

function mapsTable(maps: readonly InspectMap[], style: Style): string {
  const rows = maps.flatMap(map => [mapRow(map, style), ...(map.inner ? [mapRow(map.inner, style)] : [])])
  const columns = [
    { title: "name" },
    { title: "type" },
    { title: "key", align: "right" } as const,
    { title: "value", align: "right" } as const,
    { title: "entries", align: "right" } as const,
    { title: "flags" },
    { title: "key type" },
    { title: "value type" },
    { title: "" },
  ]
  return table(columns, rows, style.dim)
}

function mapRow(map: InspectMap, style: Style): Cell[] {
  const slots = map.initialSlots.map(({ index, target }) => `[${index}] ${target}`)
  const notes = [
    map.pinning === "byName" ? "pinned by name" : "",
    map.numaNode === null ? "" : `NUMA node ${map.numaNode}`,
    map.extra === "0" ? "" : `extra 0x${BigInt(map.extra).toString(16)}`,
    slots.join(" "),
  ]
  return [
    { text: map.name, style: style.cyan },
    { text: String(map.type) },
    { text: String(map.keySize) },
    { text: String(map.valueSize) },
    { text: String(map.maxEntries) },
    { text: map.flagNames.join(" ") },
    { text: map.keyType ?? "" },
    { text: map.valueType ?? "" },
    { text: notes.filter(Boolean).join(", "), style: style.dim },
  ]
}

function structOps(maps: readonly InspectMap[], style: Style): string[] {
  return maps.flatMap(({ name, structOps: ops }) => {
    if (!ops) return []
    const how = `${ops.link ? ", attached by link" : ""}${ops.autocreate ? "" : ", not created unless asked for"}`
    const members = ops.programs.map(({ member, program }) => `    .${member} = ${style.cyan(program)}\n`)
    return [`  ${style.cyan(name)}: struct ${ops.type}${how}\n${members.join("")}`]
  })
}

function globalsTable(report: InspectReport, style: Style): string {
  const rows = report.globals.map((global): Cell[] => [
    { text: global.name, style: style.cyan },
    { text: global.map },
    { text: String(global.offset) },
    { text: String(global.size) },
    { text: global.type },
    { text: global.linkage === "static" ? "static" : "", style: style.dim },
  ])
  const columns = [
    { title: "name" },
    { title: "map" },
    { title: "offset", align: "right" } as const,
    { title: "size", align: "right" } as const,
    { title: "type" },
    { title: "" },
  ]
  return table(columns, rows, style.dim)
}

const EXTERN_KINDS = { kconfig: "kconfig", ksymVariable: "kernel variable", kfunc: "kfunc" } as const

function externsTable(report: InspectReport, style: Style): string {
  const rows = report.externs.map((extern): Cell[] => [
    { text: extern.name, style: style.cyan },
    { text: EXTERN_KINDS[extern.kind] },
    { text: extern.type },
    { text: extern.weak ? "weak" : "", style: style.dim },
  ])
  return table([{ title: "name" }, { title: "kind" }, { title: "type" }, { title: "" }], rows, style.dim)
}

function coreTable(report: InspectReport, style: Style): string {
  const rows = report.core.map((use): Cell[] => [
    { text: use.type, style: style.cyan },
    { text: use.kind },
    { text: String(use.count) },
    { text: use.what.join(" ") },
  ])
  const columns = [
    { title: "type" },
    { title: "kind" },
    { title: "count", align: "right" } as const,
    { title: "of" },
  ]
  return table(columns, rows, style.dim)
}

function total(core: InspectReport["core"]): number {
  return core.reduce((sum, use) => sum + use.count, 0)
}
