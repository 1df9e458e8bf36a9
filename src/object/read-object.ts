import { BtfError, ObjectError } from "../base/index.ts"
import { type Btf, type BtfExt, readBtf, readBtfExt } from "../btf/index.ts"
import { matchSection } from "../catalog/index.ts"
import { collectCodeRelocations } from "./code-relocations.ts"
import { RecordMover } from "./debug-records.ts"
import { type ElfFile, readElf } from "./elf.ts"
import { exceptionCallbacks } from "./exception-callbacks.ts"
import { collectExterns } from "./externs.ts"
import { deepFreeze } from "./freeze.ts"
import { collectFunctions, type FunctionSource, type FunctionTable } from "./functions.ts"
import { Linker } from "./link.ts"
import { applyMapRelocations, applyStructOpsRelocations } from "./map-relocations.ts"
import { collectMaps, type MapSource } from "./maps.ts"
import { objectName } from "./names.ts"
import { checkBpfObject, collectSections, type ObjectSections } from "./sections.ts"
import type { MapSpec, ObjectSpec, ProgramSpec } from "./spec.ts"
import { layOutDatasecs } from "./variables.ts"

export interface ReadObjectOptions {
  /** The file's name or path: what data maps are named after. */
  readonly name?: string
}

/**
 * Reads a compiled BPF object (what `clang -target bpf -g -c` writes, of either byte order) the way libbpf 1.5 opens
 * one. The result is frozen and does not refer to `bytes`. Throws ObjectError, or its subclasses BtfError and
 * RelocationError where they fit, with the reason libbpf gives; a program that opens but cannot be linked has a
 * `problem` instead.
 */
export function readObject(bytes: Uint8Array, options: ReadObjectOptions = {}): ObjectSpec {
  const elf = readElf(bytes)
  checkBpfObject(elf)
  const sections = collectSections(elf)
  const name = objectName(options.name)
  const functions = collectFunctions(elf, sections)
  const { btf, ext, warnings } = readTypes(sections)
  const externs = collectExterns(elf, btf)
  const layouts = btf ? layOutDatasecs(btf, elf) : new Map()
  const maps = collectMaps({ objectName: name, sections, btf, layouts, externs })
  applyDataRelocations(elf, sections, maps, functions, btf)
  const relocations = collectCodeRelocations(elf, sections, maps, externs, functions)
  const finished = maps.map(finishMap)
  const linker = new Linker(functions, relocations, sections.text?.index)
  const programs = linkPrograms(linker, new RecordMover(ext), functions, btf, finished)
  return deepFreeze({
    name,
    byteOrder: elf.littleEndian ? "little" : "big",
    license: sections.license,
    kernelVersion: sections.kernelVersion,
    programs,
    maps: finished,
    globals: maps.flatMap(({ spec, variables }) => variables.map(each => ({ ...each, map: spec.name }))),
    externs: externs.all,
    btf,
    warnings: [...sections.warnings, ...warnings],
  })
}

interface ObjectTypes {
  readonly btf: Btf | undefined
  readonly ext: BtfExt | undefined
  readonly warnings: readonly string[]
}

/** Damaged type information only matters to an object that needs it (libbpf's `bpf_object__init_btf`). */
function readTypes(sections: ObjectSections): ObjectTypes {
  const needed = sections.maps !== undefined || sections.structOps.length > 0
  if (!sections.btf) {
    if (needed) {
      throw new ObjectError(
        "BTF is required, but is missing: maps in .maps and struct_ops are defined by it",
        {
          hint: "compile with -g",
        },
      )
    }
    return { btf: undefined, ext: undefined, warnings: [] }
  }
  let btf: Btf | undefined
  try {
    btf = readBtf(sections.btf.bytes, { label: ".BTF" })
    const ext = sections.btfExt && readBtfExt(sections.btfExt.bytes, btf, { label: ".BTF.ext" })
    return { btf, ext, warnings: [] }
  } catch (error) {
    if (!(error instanceof BtfError)) throw error
    if (needed) throw new BtfError(`BTF is required, but is corrupted: ${error.message}`, { cause: error })
    return { btf, ext: undefined, warnings: [`type information is ignored: ${error.message}`] }
  }
}

function applyDataRelocations(
  elf: ElfFile,
  sections: ObjectSections,
  maps: readonly MapSource[],
  functions: FunctionTable,
  btf: Btf | undefined,
): void {
  for (const { section, target } of sections.relocations) {
    if (target === sections.maps) applyMapRelocations(elf, section, maps, functions)
    else if (btf && sections.structOps.includes(target)) {
      applyStructOpsRelocations(elf, section, target, maps, functions, btf, isStructOpsSection)
    }
  }
}

function isStructOpsSection(name: string): boolean {
  return matchSection(name)?.definition.programType === "struct_ops"
}

function finishMap({ spec, slots, members }: MapSource): MapSpec {
  return {
    ...spec,
    initialSlots: Array.from(slots, ([index, target]) => ({ index, target })).sort(
      (a, b) => a.index - b.index,
    ),
    structOps: spec.structOps && {
      ...spec.structOps,
      programs: [...members.values()].sort((a, b) => a.offset - b.offset),
    },
  }
}

function linkPrograms(
  linker: Linker,
  mover: RecordMover,
  functions: FunctionTable,
  btf: Btf | undefined,
  maps: readonly MapSpec[],
): ProgramSpec[] {
  const callbacks = exceptionCallbacks(btf, functions)
  const struct = structOpsAutoload(maps)
  return functions.programs.map(entry => {
    const match = matchSection(entry.section.name)
    const assigned = callbacks.get(entry.name)
    const linked = linker.link(entry, assigned && "callback" in assigned ? assigned.callback : undefined)
    const moved = mover.move(linked.placed)
    const problem = linked.problem ?? (assigned && "problem" in assigned ? assigned.problem : moved.problem)
    const autoload = !entry.section.name.startsWith("?")
    return {
      name: entry.name,
      section: entry.section.name,
      definition: match?.definition,
      target: match?.target ?? "",
      autoload: struct.get(entry.name) ?? autoload,
      instructions: linked.instructions,
      functions: linked.placed.map(({ source, start }) => functionSpec(source, start)),
      references: linked.references,
      coreRelocations: moved.coreRelocations,
      lines: moved.lines,
      funcInfo: moved.funcInfo,
      problem,
    }
  })
}

function functionSpec(source: FunctionSource, start: number): ProgramSpec["functions"][number] {
  return {
    name: source.name,
    start,
    length: source.length,
    section: source.section.name,
    sectionStart: source.start,
    linkage: source.linkage,
  }
}

/** A program that struct_ops maps name is loaded when one of those maps is created. */
function structOpsAutoload(maps: readonly MapSpec[]): Map<string, boolean> {
  const autoload = new Map<string, boolean>()
  for (const { structOps } of maps) {
    for (const { program } of structOps?.programs ?? []) {
      autoload.set(program, structOps!.autocreate || autoload.get(program) === true)
    }
  }
  return autoload
}
