// The programs of programs.c and counters.c, each natively and on the engine in turns.
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { buildPrograms, runNative, SOURCES } from "./build.mjs"
import { programsOf } from "./engines.mjs"

/** Native code and the ways take turns, so that a busy machine slows all of them down. */
const ROUNDS = 40
const [WARM_MILLISECONDS, ROUND_MILLISECONDS, NATIVE_MILLISECONDS] = [150, 3, 4]

function warmUp({ fill, run }, expected, name) {
  fill()
  const result = BigInt.asUintN(64, run()).toString(16)
  if (result !== expected) throw new Error(`${name}: the engine gives ${result}, native code ${expected}`)
  // Separate calls, and time in between: V8 compiles what is hot in the background.
  for (let end = performance.now() + WARM_MILLISECONDS; performance.now() < end; ) run()
}

/** Nanoseconds of single runs, a few at a time. */
function sample({ fill, run }, taken) {
  fill()
  const end = performance.now() + ROUND_MILLISECONDS
  let now = performance.now()
  while (now < end) {
    const start = now
    for (let i = 0; i < 8; i++) run()
    now = performance.now()
    taken.push(((now - start) * 1e6) / 8)
  }
}

const median = numbers => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

/** Times of a program natively and each way, and their ratios: of the fastest runs and of the median ones. */
export function measure({ name, instructions, ways }) {
  const { result } = runNative(name, NATIVE_MILLISECONDS)
  for (const way of Object.values(ways)) warmUp(way, result, name)
  const native = { minimum: Infinity, medians: [] }
  const taken = Object.fromEntries(Object.keys(ways).map(way => [way, []]))
  for (let round = 0; round < ROUNDS; round++) {
    const one = runNative(name, NATIVE_MILLISECONDS)
    native.minimum = Math.min(native.minimum, one.minimum)
    native.medians.push(one.median)
    for (const [way, own] of Object.entries(taken)) sample(ways[way], own)
  }
  const times = Object.entries(taken).map(([way, own]) => {
    const minimum = own.reduce((least, one) => Math.min(least, one), Infinity)
    const ratios = { minimum: minimum / native.minimum, median: median(own) / median(native.medians) }
    return [way, { minimum, median: median(own), ratios }]
  })
  return {
    name,
    instructions,
    native: { minimum: native.minimum, median: median(native.medians) },
    ...Object.fromEntries(times),
  }
}

let built

/** Compiles the programs and makes them ready, once. */
export function benchmarkPrograms() {
  const { objects, clangModule } = buildPrograms()
  built ??= programsOf(objects, clangModule)
  return built
}

const LABELS = {
  quick: "quick tier",
  optimising: "optimising tier",
  dispatch: "as a dispatch loop",
  clang: "clang's own WebAssembly",
}

/** For npm run bench: a group for each program, native code first. None where clang-19 is missing. */
export function programGroups() {
  try {
    execFileSync("clang-19", ["--version"], { stdio: "ignore" })
  } catch {
    return []
  }
  const names = SOURCES.flatMap(file => [
    ...readFileSync(new URL(file, import.meta.url), "utf8").matchAll(/^PROGRAM\((\w+)\)/gm),
  ]).map(([, name]) => name)
  return names.map(name => ({ name: `engine: program ${name}, of -O2 C`, measure: () => rowsOf(name) }))
}

async function rowsOf(name) {
  const { native, instructions, ...ways } = measure(
    (await benchmarkPrograms()).find(program => program.name === name),
  )
  const row = (label, { minimum, median }) => ({ name: label, ms: minimum / 1e6, median: median / 1e6 })
  const rows = Object.keys(LABELS)
    .filter(way => ways[way])
    .map(way => row(LABELS[way], ways[way]))
  return [row("native", native), ...rows]
}
