// Takes functions out of a WebAssembly module: their code, to be put into other modules as it is.
import binaryen from "assemblyscript/binaryen"

const [SECTION_IMPORT, SECTION_EXPORT, SECTION_CODE] = [2, 7, 10]
const KIND_FUNCTION = 0
const TYPES = { 127: "i32", 126: "i64" }

/** The code of exported functions, with the types of their locals. Throws for one that needs more than memory. */
export async function leafFunctions(binary, names) {
  const sections = sectionsOf(binary)
  const imported = importedFunctions(sections.get(SECTION_IMPORT))
  const numbers = exportedFunctions(sections.get(SECTION_EXPORT))
  const bodies = bodiesOf(sections.get(SECTION_CODE))
  const texts = functionTexts(binary)
  return names.map(name => {
    const needed = /\b(call|call_indirect|global\.get|global\.set)\b/.exec(texts.get(name) ?? "call")
    if (needed) throw new Error(`${name} is no leaf function: it has a ${needed[1]}`)
    return { name, ...takeApart(bodies[numbers.get(name) - imported]) }
  })
}

/** Binaryen's text of each exported function, by the exported name. */
function functionTexts(binary) {
  const module = binaryen.readBinary(binary)
  const text = module.emitText()
  module.dispose()
  const functions = new Map(
    text
      .split("\n (func ")
      .slice(1)
      .map(each => [/^\S+/.exec(each)[0], each]),
  )
  return new Map(
    [...text.matchAll(/\(export "(\w+)" \(func (\S+)\)\)/g)].map(([, name, own]) => [
      name,
      functions.get(own),
    ]),
  )
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes
    this.at = 0
  }

  byte() {
    return this.bytes[this.at++]
  }

  number() {
    let [value, shift, next] = [0, 0, 0x80]
    for (; next & 0x80; shift += 7) {
      next = this.byte()
      value += (next & 0x7f) * 2 ** shift
    }
    return value
  }

  take(length) {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  name() {
    return Buffer.from(this.take(this.number())).toString()
  }

  list(read) {
    return Array.from({ length: this.number() }, read)
  }
}

function sectionsOf(binary) {
  const reader = new Reader(binary)
  reader.take(8)
  const sections = new Map()
  while (reader.at < binary.length) {
    const id = reader.byte()
    sections.set(id, new Reader(reader.take(reader.number())))
  }
  return sections
}

function importedFunctions(reader) {
  const kinds = reader.list(() => {
    reader.name()
    reader.name()
    const kind = reader.byte()
    if (kind === KIND_FUNCTION) reader.number()
    else if (kind === 2) {
      const hasMost = reader.byte() & 1
      reader.number()
      if (hasMost) reader.number()
    } else throw new Error(`an import of kind ${kind}`)
    return kind
  })
  return kinds.filter(kind => kind === KIND_FUNCTION).length
}

function exportedFunctions(reader) {
  const all = reader.list(() => ({ name: reader.name(), kind: reader.byte(), number: reader.number() }))
  return new Map(all.filter(({ kind }) => kind === KIND_FUNCTION).map(({ name, number }) => [name, number]))
}

const bodiesOf = reader => reader.list(() => reader.take(reader.number()))

/** Locals stand before the code as runs of one type. */
function takeApart(body) {
  const reader = new Reader(body)
  const runs = reader.list(() => Array(reader.number()).fill(TYPES[reader.byte()]))
  return { locals: runs.flat().join(" "), code: body.subarray(reader.at) }
}
