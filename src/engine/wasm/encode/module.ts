import { ByteWriter } from "./byte-writer.ts"
import { OPCODE, TYPE, type ValueType } from "./opcodes.ts"

export interface FunctionType {
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

export interface GlobalImport {
  readonly name: string
  readonly type: ValueType
  readonly mutable: boolean
}

export interface FunctionImport {
  readonly name: string
  readonly type: FunctionType
}

/** A function with its body: local types in order, behind the parameters, and code that ends with `end`. */
export interface FunctionDefinition {
  readonly type: FunctionType
  readonly locals: readonly ValueType[]
  readonly code: ByteWriter
  /** Exported under this name when given. */
  readonly name?: string
}

/** A module that imports everything from "env" and one memory. Functions count from the imported ones on. */
export interface ModuleDefinition {
  readonly functionImports: readonly FunctionImport[]
  readonly globalImports: readonly GlobalImport[]
  readonly functions: readonly FunctionDefinition[]
  /** Mutable globals, exported, that start at 0; they count from the imported ones on. */
  readonly globals: readonly { readonly name: string; readonly type: ValueType }[]
  /** Slots of the function table, by index; exported as "table" when there are any. */
  readonly table: ReadonlyMap<number, number>
}

const [TYPES, IMPORTS, FUNCTIONS, TABLE, GLOBALS, EXPORTS, ELEMENTS, CODE] = [1, 2, 3, 4, 6, 7, 9, 10]
const [KIND_FUNCTION, KIND_MEMORY, KIND_GLOBAL] = [0, 2, 3]

/** The binary form of a module (core specification, section 5.5). */
export function encodeModule(module: ModuleDefinition): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter()
  out.bytes(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00))
  const types = new TypeTable()
  // Type 0, for `call_indirect`: the module's own functions have one type.
  if (module.functions[0]) types.index(module.functions[0].type)
  const imported = module.functionImports.map(({ type }) => types.index(type))
  const defined = module.functions.map(({ type }) => types.index(type))
  section(out, TYPES, types.encode())
  section(out, IMPORTS, imports(module, imported))
  section(
    out,
    FUNCTIONS,
    list(defined, (body, index) => body.u32(index)),
  )
  const size = module.table.size === 0 ? 0 : Math.max(...module.table.keys()) + 1
  if (size > 0) section(out, TABLE, tableOf(size))
  if (module.globals.length > 0) section(out, GLOBALS, list(module.globals, zeroGlobal))
  section(out, EXPORTS, exportsOf(module))
  if (size > 0) section(out, ELEMENTS, elementsOf(module.table))
  section(out, CODE, list(module.functions, functionBody))
  return out.toBytes()
}

class TypeTable {
  readonly #indexes = new Map<string, number>()
  readonly #types: FunctionType[] = []

  index(type: FunctionType): number {
    const key = `${type.parameters.join()}:${type.results.join()}`
    let index = this.#indexes.get(key)
    if (index === undefined) {
      index = this.#types.push(type) - 1
      this.#indexes.set(key, index)
    }
    return index
  }

  encode(): ByteWriter {
    return list(this.#types, (body, { parameters, results }) => {
      body.byte(TYPE.func)
      body.append(list(parameters, (each, type) => each.byte(TYPE[type])))
      body.append(list(results, (each, type) => each.byte(TYPE[type])))
    })
  }
}

function imports(module: ModuleDefinition, typeIndexes: readonly number[]): ByteWriter {
  const body = new ByteWriter()
  const { functionImports, globalImports } = module
  const entry = (name: string, kind: number): void => {
    body.name("env")
    body.name(name)
    body.byte(kind)
  }
  body.u32(1 + functionImports.length + globalImports.length)
  entry("memory", KIND_MEMORY)
  body.byte(0)
  body.u32(0)
  functionImports.forEach(({ name }, index) => {
    entry(name, KIND_FUNCTION)
    body.u32(typeIndexes[index]!)
  })
  for (const { name, type, mutable } of globalImports) {
    entry(name, KIND_GLOBAL)
    body.byte(TYPE[type])
    body.byte(mutable ? 1 : 0)
  }
  return body
}

function tableOf(size: number): ByteWriter {
  const body = new ByteWriter()
  body.u32(1)
  body.byte(TYPE.funcref)
  body.byte(0)
  body.u32(size)
  return body
}

function zeroGlobal(body: ByteWriter, { type }: { readonly type: ValueType }): void {
  body.byte(TYPE[type])
  body.byte(1)
  body.byte(OPCODE[`${type}.const`])
  body.s32(0)
  body.byte(OPCODE.end)
}

function exportsOf({ functionImports, functions, globalImports, globals }: ModuleDefinition): ByteWriter {
  const exported = functions.flatMap(({ name }, index) =>
    name === undefined ? [] : [{ name, kind: KIND_FUNCTION, index: functionImports.length + index }],
  )
  globals.forEach(({ name }, index) => {
    exported.push({ name, kind: KIND_GLOBAL, index: globalImports.length + index })
  })
  return list(exported, (body, { name, kind, index }) => {
    body.name(name)
    body.byte(kind)
    body.u32(index)
  })
}

/** One segment a slot: the table is sparse. */
function elementsOf(table: ReadonlyMap<number, number>): ByteWriter {
  return list([...table], (body, [slot, target]) => {
    body.byte(0)
    body.byte(OPCODE["i32.const"])
    body.s32(slot)
    body.byte(OPCODE.end)
    body.u32(1)
    body.u32(target)
  })
}

function functionBody(out: ByteWriter, { locals, code }: FunctionDefinition): void {
  const body = new ByteWriter()
  const runs: { count: number; readonly type: ValueType }[] = []
  for (const type of locals) {
    const last = runs.at(-1)
    if (last?.type === type) last.count++
    else runs.push({ count: 1, type })
  }
  body.append(
    list(runs, (each, { count, type }) => {
      each.u32(count)
      each.byte(TYPE[type])
    }),
  )
  body.append(code)
  out.u32(body.length)
  out.append(body)
}

function list<T>(items: readonly T[], write: (body: ByteWriter, item: T) => void): ByteWriter {
  const body = new ByteWriter()
  body.u32(items.length)
  for (const item of items) write(body, item)
  return body
}

function section(out: ByteWriter, id: number, body: ByteWriter): void {
  out.byte(id)
  out.u32(body.length)
  out.append(body)
}
