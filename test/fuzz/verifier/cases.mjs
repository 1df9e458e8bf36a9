// Random programs as bytes for a kernel, and as what the verifier gets.
import { readBtf } from "../../../dist/btf/index.js"
import { Random } from "../../../dist/engine/testing/random-program.js"
import { assemble, encodeInstructions, operationOf } from "../../../dist/isa/index.js"
import { bareProgram } from "../../../dist/verifier/testing/program.js"
import { kfuncName } from "./kfuncs.mjs"
import { MAP_FACTS, MAPS } from "./maps.mjs"
import { randomVerifierProgram } from "./random-program.mjs"

export function caseOf(seed) {
  const { type, text } = randomVerifierProgram(new Random(Math.imul(seed, 0x9e37_79b1)))
  return { seed, type, text, instructions: assemble(text) }
}

/** Types for all functions: `static int f(void)`, whatever they really take. */
const BTF = btfBytes()
const FUNCTION = 3
export const btf = readBtf(BTF)

function btfBytes() {
  const names = Buffer.from("\0int\0f\0")
  const [INT, FUNC, FUNC_PROTO] = [1, 12, 13].map(kind => kind << 24)
  const types = [1, INT, 4, (1 << 24) | 32, 0, FUNC_PROTO, 1, 5, FUNC, 2]
  const header = Buffer.alloc(24)
  header.writeUInt16LE(0xeb9f, 0)
  header[2] = 1
  ;[24, 0, types.length * 4, types.length * 4, names.length].forEach((word, at) => {
    header.writeUInt32LE(word, 4 + at * 4)
  })
  return Buffer.concat([header, words(types), names])
}

function words(numbers) {
  return Buffer.from(Uint32Array.from(numbers).buffer)
}

/** Where functions start, the program itself first. */
export function startsOf(instructions) {
  const starts = new Set([0])
  instructions.forEach((_, slot) => {
    const operation = operationOf(instructions, slot)
    if (operation.kind === "load64" && operation.value.kind === "function") starts.add(operation.value.target)
    if (operation.kind === "call" && operation.callee.kind === "subprogram")
      starts.add(operation.callee.target)
  })
  return [...starts].sort((a, b) => a - b)
}

export function functionInfo(starts) {
  return starts.map(start => ({ at: start, type: FUNCTION }))
}

/** What loader.c reads. */
export function bytesOf(cases) {
  const parts = [words([BTF.length]), BTF, words([MAPS.length])]
  for (const { type, keySize, valueSize, maxEntries, flags } of MAPS)
    parts.push(words([type, keySize, valueSize, maxEntries, flags]))
  for (const { type, instructions } of cases) {
    const starts = startsOf(instructions)
    parts.push(words([type.number, type.attach ?? 0, instructions.length, starts.length]))
    parts.push(words(starts.flatMap(start => [start, FUNCTION])))
    parts.push(encodeInstructions(instructions, true))
  }
  return Buffer.concat(parts)
}

/** What the verifier is given. */
export function programOf({ type, instructions }) {
  const references = new Map()
  const starts = startsOf(instructions)
  instructions.forEach((_, slot) => {
    const operation = operationOf(instructions, slot)
    if (operation.kind === "load64" && operation.value.kind === "map")
      references.set(slot, { kind: "map", map: MAP_FACTS[operation.value.fd] })
    if (operation.kind === "call" && operation.callee.kind === "kfunc") {
      const { btfId } = operation.callee
      references.set(slot, { kind: "kfunc", name: kfuncName(btfId), btfId })
    }
  })
  return bareProgram({
    name: "",
    type: type.name,
    attachType: type.attachName,
    instructions,
    functions: starts.map(start => ({ name: "f", start, global: false })),
    references,
    btf,
    funcInfo: functionInfo(starts),
  })
}
