import { CodeWriter } from "../wasm/encode/code-writer.ts"
import { encodeModule, type FunctionType } from "../wasm/encode/module.ts"

type Callee = (...args: number[]) => number

/**
 * A WebAssembly module of its own that calls a map's function as compiled programs will: `count` times, with an address
 * in place of "address" that begins at `first` and goes on by `step`. It answers the sum of the results, in 32 bits.
 */
export function callEach(
  memory: WebAssembly.Memory,
  callee: Callee,
  args: readonly (number | "address")[],
): (first: number, count: number, step: number) => number {
  const [ADDRESS, COUNT, STEP, SUM] = [0, 1, 2, 3]
  const calleeType: FunctionType = { parameters: args.map(() => "i32"), results: ["i32"] }
  const code = new CodeWriter().open("loop")
  for (const arg of args) {
    if (arg === "address") code.get(ADDRESS)
    else code.i32(arg)
  }
  code.call(0).get(SUM).op("i32.add").set(SUM)
  code.get(ADDRESS).get(STEP).op("i32.add").set(ADDRESS)
  code.get(COUNT).i32(1).op("i32.sub").tee(COUNT).branch("br_if", 0).op("end")
  code.get(SUM).op("end")
  const bytes = encodeModule({
    ...{ functionImports: [{ name: "callee", type: calleeType }], globalImports: [], globals: [] },
    table: new Map(),
    functions: [
      {
        name: "run",
        type: { parameters: ["i32", "i32", "i32"], results: ["i32"] },
        locals: ["i32"],
        code: code.bytes,
      },
    ],
  })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, callee } })
  return instance.exports.run as (first: number, count: number, step: number) => number
}
