#!/usr/bin/env node
// npm run bench:engine [-- --json] [NAME…]: the programs of programs.c on the engine, against native clang -O2 of the same
// C, all in one run. Times travel badly between machines, ratios well. Needs clang-19; with lld-19 clang's own WebAssembly
// of the programs is a third column: what a compiler that sees the C can do at best.
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync } from "node:fs"
import { cpus } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { execute } from "../../dist/engine/index.js"
import { readObject } from "../../dist/object/index.js"

const here = dirname(fileURLToPath(import.meta.url))
const built = join(here, "../../.cache/bench-engine")
const MILLISECONDS = Number(process.env.MS ?? 300)
const [MEMORY_BYTES, FILLED_BYTES, DATA] = [65536, 32768, 0x2_0000]

const args = process.argv.slice(2)
const json = args.includes("--json")
const names = args.filter(arg => !arg.startsWith("-"))

mkdirSync(built, { recursive: true })
const clang = (...words) => execFileSync("clang-19", ["-O2", ...words], { cwd: here, stdio: "inherit" })
clang("-rdynamic", "native.c", "programs.c", "-ldl", "-o", join(built, "native"))
clang("-target", "bpf", "-mcpu=v4", "-fno-builtin", "-g", "-c", "programs.c", "-o", join(built, "programs.o"))
const object = readObject(readFileSync(join(built, "programs.o")), { name: "programs" })

const memory = new WebAssembly.Memory({ initial: 4 })
const clangPrograms = compileToWasm()
const machine = {
  memory,
  stack: { base: 0x1_0000, size: 0x4000 },
  call: refuse,
  callKfunc: refuse,
  fuel: 1n << 60n,
}
function refuse() {
  throw new Error("no helpers here")
}

/** Undefined without a linker. */
function compileToWasm() {
  const target = [
    "--target=wasm32",
    "-nostdlib",
    "-fno-builtin",
    "-Wl,--no-entry,--export-dynamic,--import-memory",
  ]
  const output = join(built, "programs.wasm")
  try {
    const words = ["-O2", ...target, "programs.c", "-o", output]
    execFileSync("clang-19", words, { cwd: here, stdio: ["ignore", "ignore", "ignore"] })
  } catch {
    return undefined
  }
  const module = new WebAssembly.Module(readFileSync(output))
  return new WebAssembly.Instance(module, { env: { memory } }).exports
}

function fill() {
  const bytes = new Uint8Array(memory.buffer, DATA, MEMORY_BYTES)
  let state = 1
  for (let i = 0; i < FILLED_BYTES; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = state >>> 24
  }
}

function measure(run) {
  fill()
  const result = BigInt.asUintN(64, run()).toString(16)
  // Separate calls, and time in between: V8 compiles what is hot in the background.
  for (let end = performance.now() + MILLISECONDS; performance.now() < end; ) run()
  let start = performance.now()
  run()
  let batch = 1
  while (batch * (performance.now() - start) < 0.1 && batch < 4096) {
    batch *= 2
    start = performance.now()
    for (let i = 0; i < batch; i++) run()
    if (performance.now() - start > 0.1) break
    start = performance.now() - (performance.now() - start) / batch
  }
  const taken = []
  for (let end = performance.now() + MILLISECONDS; performance.now() < end; ) {
    fill()
    start = performance.now()
    for (let i = 0; i < batch; i++) run()
    taken.push(((performance.now() - start) * 1e6) / batch)
  }
  taken.sort((a, b) => a - b)
  return { result, minimum: taken[0], median: taken[taken.length >> 1] }
}

const rows = []
for (const spec of object.programs) {
  if (names.length > 0 && !names.includes(spec.name)) continue
  const program = { instructions: spec.instructions }
  const native = JSON.parse(
    execFileSync(join(built, "native"), [spec.name, String(MILLISECONDS)], { encoding: "utf8" }),
  )
  const wasm = measure(() => execute(program, machine, BigInt(DATA), { tier: "quick" }))
  const optimised = process.env.QUICK
    ? wasm
    : measure(() => execute(program, machine, BigInt(DATA), { tier: "optimising" }))
  for (const { result } of [wasm, optimised])
    if (result !== native.result)
      throw new Error(`${spec.name}: the engine gives ${result}, native code ${native.result}`)
  const byClang = clangPrograms && measure(() => clangPrograms[spec.name](DATA))
  const again = JSON.parse(
    execFileSync(join(built, "native"), [spec.name, String(MILLISECONDS)], { encoding: "utf8" }),
  )
  const best = Math.min(native.minimum, again.minimum)
  rows.push({
    name: spec.name,
    instructions: spec.instructions.length,
    native: best,
    wasm: wasm.minimum,
    optimised: optimised.minimum,
    ratio: wasm.minimum / best,
    optimisedRatio: optimised.minimum / best,
    ...(byClang && { clangRatio: byClang.minimum / best }),
  })
}
const mean = key => Math.exp(rows.reduce((sum, row) => sum + Math.log(row[key]), 0) / rows.length)
if (json)
  console.log(
    JSON.stringify(
      {
        machine: cpus()[0]?.model,
        rows,
        mean: mean("ratio"),
        optimisedMean: mean("optimisedRatio"),
        clangMean: clangPrograms && mean("clangRatio"),
      },
      null,
      1,
    ),
  )
else {
  console.log(`${cpus()[0]?.model}, Node ${process.version}`)
  for (const { name, instructions, native, wasm, optimised, ratio, optimisedRatio, clangRatio } of rows)
    console.log(
      `${name.padEnd(10)} ${String(instructions).padStart(4)} insns  native ${native.toFixed(0).padStart(7)} ns` +
        `  quick ${wasm.toFixed(0).padStart(7)} ns ${ratio.toFixed(2).padStart(5)} x` +
        `  optimising ${optimised.toFixed(0).padStart(7)} ns ${optimisedRatio.toFixed(2).padStart(5)} x` +
        (clangRatio === undefined ? "" : `  by clang ${clangRatio.toFixed(2).padStart(5)} x`),
    )
  console.log(
    `geometric mean: quick ${mean("ratio").toFixed(2)} x, optimising ${mean("optimisedRatio").toFixed(2)} x` +
      (clangPrograms ? `, by clang ${mean("clangRatio").toFixed(2)} x` : ""),
  )
}
