// The ways to run a benchmark program on the embedded kernel's memory.
import { bootKernel } from "../../dist/embedded/index.js"
import { NativeHelpers } from "../../dist/embedded/programs/native-helpers.js"
import { functionStarts } from "../../dist/engine/functions.js"
import { execute } from "../../dist/engine/index.js"
import { prepare } from "../../dist/engine/prepare.js"
import { compileProgram } from "../../dist/engine/wasm/compile.js"

const [MEMORY_BYTES, FILLED_BYTES, STACK_BYTES] = [65536, 32768, 0x4000]
const CLANG_DATA = 0x2_0000

function refuse(id) {
  throw new Error(`helper ${id} is not for benchmarks`)
}

/** The same bytes as native.c writes. */
function fill(memory, at) {
  const bytes = new Uint8Array(memory.buffer, at, MEMORY_BYTES)
  let state = 1
  for (let i = 0; i < FILLED_BYTES; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = state >>> 24
  }
}

/** Gives, for each program of some objects, its name, its size and a function a way; each has a way to fill its memory. */
export async function programsOf(objects, clangModule) {
  const programs = []
  for (const object of objects) {
    // Maps are a kernel's: an object that has some is loaded into one.
    const kernel = await bootKernel()
    // Their context is plain memory, which is no program type's: the engine is measured, not the verifier.
    const loaded = object.maps.length > 0 ? await kernel.load(object, { verify: false }) : undefined
    for (const spec of object.programs) {
      const program = loaded?.programs[spec.name].executable ?? { instructions: spec.instructions }
      programs.push({
        name: spec.name,
        instructions: spec.instructions.length,
        ways: waysOf(kernel, program),
      })
    }
  }
  if (clangModule) for (const program of programs) program.ways.clang = byClang(clangModule, program.name)
  return programs
}

function waysOf(kernel, program) {
  const { memory } = kernel.memory
  const data = kernel.memory.alloc(MEMORY_BYTES)
  const machine = {
    memory,
    stack: { base: kernel.memory.alloc(STACK_BYTES), size: STACK_BYTES },
    natives: new NativeHelpers(kernel),
    call: refuse,
    callKfunc: refuse,
    fuel: 1n << 40n,
  }
  const tier = tier => ({
    fill: () => fill(memory, data),
    run: () => execute(program, machine, BigInt(data), { tier }),
  })
  const ways = { quick: tier("quick"), optimising: tier("optimising") }
  // Native helpers belong to an instance of the engine; without them its module runs on its own.
  const operations = prepare(program.instructions)
  if (operations.some(({ kind, callee }) => kind === "call" && callee.kind === "helper")) return ways
  return { ...ways, dispatch: { fill: ways.quick.fill, run: dispatched(operations, machine, data) } }
}

/** The form of irreducible programs, which no tier chooses for others. */
function dispatched(operations, { memory, stack, fuel }, data) {
  const module = new WebAssembly.Module(
    compileProgram(operations, functionStarts(operations), {
      dispatch: true,
      memoryBytes: memory.buffer.byteLength,
    }),
  )
  const loopBudget = new WebAssembly.Global({ value: "i32", mutable: true }, 1 << 23)
  const none = { call: refuse, callKfunc: refuse, loadPacket: refuse, callee: refuse }
  const { exports } = new WebAssembly.Instance(module, {
    env: { ...none, memory, mailbox: stack.base, loopBudget },
  })
  exports.frameLimit.value = stack.base + 512
  return () => {
    exports.fuel.value = fuel
    return exports.f0(stack.base + stack.size - 512, BigInt(data), 0n, 0n, 0n, 0n)
  }
}

/** One instance a program: what one leaves in its tables is none of the others' business. */
function byClang(module, name) {
  const memory = new WebAssembly.Memory({ initial: 6 })
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return { fill: () => fill(memory, CLANG_DATA), run: () => exports[name](CLANG_DATA) }
}
