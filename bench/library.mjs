// Parts of the library, in this process.
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { Bench } from "tinybench"
import { CoreResolver, formatC, readBtf } from "../dist/btf/index.js"
import { bootKernel } from "../dist/embedded/index.js"
import { interpret } from "../dist/engine/index.js"
import { assemble } from "../dist/isa/index.js"
import { applyCore, readObject } from "../dist/object/index.js"
import { decodeProfile } from "../dist/profile/index.js"
import { loadBuiltinProfile } from "../dist/profile/node.js"

const path = name => fileURLToPath(new URL(`../${name}`, import.meta.url))
const hello = new Uint8Array(readFileSync(path("exhibits/hello/program.bpf.o")))

export const LIBRARY_GROUPS = [
  { name: "kernel profile 6.12", measure: profiles },
  { name: "objects", measure: objects },
  { name: "types of vmlinux 6.12", measure: types },
  { name: "engine, one million instructions", measure: engines },
  { name: "one fork, exec and exit", measure: execs },
]

async function profiles() {
  const file = new Uint8Array(readFileSync(path("profiles/6.12.skepprofile")))
  const packed = packedSections(file)
  return rows({
    "gunzip of its sections alone": () => packed.map(bytes => gunzipSync(bytes)),
    load: () => loadBuiltinProfile("6.12"),
    "load and read its BTF": async () => (await loadBuiltinProfile("6.12")).btf(),
    "load as a browser does, and read its BTF": async () => (await decodeProfile(file)).btf(),
    "load, BTF, look one symbol up": async () => {
      const profile = await loadBuiltinProfile("6.12")
      profile.btf()
      profile.symbols().find("do_unlinkat")
    },
  })
}

/** The container's sections: behind "SKEP", a format number and the header with its length. */
function packedSections(file) {
  const view = new DataView(file.buffer, file.byteOffset)
  let at = 12 + view.getUint32(8, true)
  const header = JSON.parse(Buffer.from(file.subarray(12, at)).toString())
  return header.sections.map(({ compressed }) => {
    at += compressed
    return file.subarray(at - compressed, at)
  })
}

async function objects() {
  const kernel = (await loadBuiltinProfile("6.12")).btf()
  const object = readObject(hello)
  return rows({
    "copy the bytes of hello": () => hello.slice(),
    "read hello": () => readObject(hello),
    "apply its CO-RE relocations": () => {
      const resolver = new CoreResolver(object.btf, kernel)
      return object.programs.map(program => applyCore(program, object, kernel, resolver))
    },
  })
}

async function types() {
  const { btf: bytes } = (await loadBuiltinProfile("6.12")).sections()
  const btf = readBtf(bytes)
  return rows({
    read: () => readBtf(bytes),
    "print all as C": () => formatC(btf),
  })
}

const LOOP = `r0 = 0
r1 = 0
loop: r0 += r1
r0 ^= 0x55
r1 += 1
if r1 < 250000 goto loop
exit
`

async function engines() {
  const program = { instructions: assemble(labels(LOOP)) }
  const machine = {
    memory: new WebAssembly.Memory({ initial: 2 }),
    stack: { base: 0x1_0000, size: 4096 },
    call: () => 0n,
    callKfunc: () => 0n,
  }
  const expected = plainLoop()
  if (interpret(program, machine) !== expected) throw new Error("BUG: the engines disagree")
  return rows({
    "the same loop in JavaScript, as BigInt": plainLoop,
    interpreter: () => interpret(program, machine),
  })
}

function plainLoop() {
  let [sum, index] = [0n, 0n]
  do {
    sum = BigInt.asUintN(64, sum + index) ^ 0x55n
    index += 1n
  } while (index < 250_000n)
  return sum
}

/** The assembler knows no labels: the one loop's start is a distance. */
function labels(text) {
  const lines = text.trim().split("\n")
  const start = lines.findIndex(line => line.startsWith("loop: "))
  const jump = lines.findIndex(line => line.endsWith("goto loop"))
  return lines
    .map(line => line.replace(/^loop: /, "").replace(/goto loop$/, `goto pc-${jump - start + 1}`))
    .join("\n")
}

async function execs() {
  const bare = await bootKernel()
  const watched = await bootKernel()
  const object = await watched.load(readObject(hello))
  await object.attach()
  return rows({
    "no program attached": () => bare.world.exec("/bin/true"),
    "the six of hello attached": async () => {
      await watched.world.exec("/bin/true")
      object.events()
      watched.tracePipe.take()
    },
  })
}

async function rows(tasks) {
  const bench = new Bench({ time: 500, warmupTime: 100 })
  for (const [name, run] of Object.entries(tasks)) bench.add(name, run)
  await bench.run()
  return bench.tasks.map(({ name, result }) => {
    if (result.state === "errored") throw result.error
    const { p50, p99 } = result.latency
    return { name, ms: p50, worst: p99 }
  })
}
