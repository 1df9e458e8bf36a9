import { SkepError } from "../../base/index.ts"
import { type Btf, readBtf, type TypeId } from "../../btf/index.ts"
import type { KernelObjects, MapFacts } from "../../kernel/index.ts"
import { functionSignature } from "../objects/btf-signature.ts"
import { writeBtfValue } from "../objects/btf-value.ts"
import { JsonWriter } from "../objects/json-writer.ts"
import type { Verb } from "../objects/noun.ts"
import { kernelTypes, selectStructOps, structName, valueTypeName } from "./select.ts"

const WORDS = "[STRUCT_OPS_MAP]"

export const show: Verb = {
  names: ["show", "list"],
  words: WORDS,
  summary: "list struct_ops maps and what their programs stand in for",
  async run(words, context) {
    const { objects, json, out } = context
    const kernel = await objects()
    const { maps, isOne } = selectStructOps(words, kernel)
    const types = await kernelTypes(context)
    if (!json) {
      for (const map of maps) out(`${map.id}: ${map.name.padEnd(15)} ${structName(types, map).padEnd(32)}\n`)
      return
    }
    const write = (): void => {
      for (const map of maps)
        json.object(() => {
          json.field("id", map.id)
          json.field("name", map.name)
          json.field("kernel_struct_ops", structName(types, map))
        })
    }
    if (isOne) write()
    else json.array(write)
  },
}

export const dump: Verb = {
  names: ["dump"],
  words: WORDS,
  summary: "print struct_ops maps, with the programs behind each function pointer",
  async run(words, context) {
    const { objects, json, out } = context
    const kernel = await objects()
    const { maps, isOne } = selectStructOps(words, kernel)
    const types = await kernelTypes(context)
    const writer = json ?? new JsonWriter(true)
    const write = (): void => {
      for (const map of maps) dumpMap(map, types, kernel, writer, json === undefined)
    }
    if (isOne) write()
    else writer.array(write)
    if (!json) out(`${writer.text}\n`)
  },
}

function dumpMap(
  facts: MapFacts,
  types: Btf,
  kernel: KernelObjects,
  writer: JsonWriter,
  isPlain: boolean,
): void {
  using map = kernel.openMap(facts.id)
  const value = map.lookup(new Uint8Array(4))
  if (!(value instanceof Uint8Array))
    throw new SkepError(`can't lookup struct_ops map ${facts.name} id ${facts.id}`)
  const form = {
    isPlain,
    programPointer: (type: TypeId, id: number) => programText(types, type, id, kernel),
  }
  const description = types.find("bpf_map_info", "struct")
  writer.object(() => {
    writer.name("bpf_map_info")
    if (description === undefined) writer.null()
    else writeBtfValue(writer, types, description, kernel.mapInfoBytes(facts.id), form)
  })
  const type = facts.kernelValueType as TypeId
  writer.object(() => {
    writer.name(valueTypeName(types, facts))
    writeBtfValue(writer, types, type, value, form)
  })
}

/** The pointer's function type, and the program: "void (struct sock * sk) bee_init/prog_id:7". */
function programText(types: Btf, type: TypeId, id: number, kernel: KernelObjects): string {
  const signature = functionSignature(types, type) ?? ""
  if (id === 0) return `${signature} 0`
  return `${signature} ${programName(id, kernel) ?? "<unknown_prog_name>"}/prog_id:${id}`
}

/** By its BTF: the kernel's own name is cut. */
function programName(id: number, kernel: KernelObjects): string | undefined {
  const program = kernel.program(id)
  const [first] = program && program.btfId !== 0 ? kernel.code(id).functions : []
  if (!program || !first) return undefined
  const type = readBtf(kernel.btfBytes(program.btfId), { label: `btf ${program.btfId}` }).type(first.type)
  return type.kind === "func" ? type.name : undefined
}
