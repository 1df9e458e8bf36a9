// The same as reader.c, with Skep, inside the guest: node skep.mjs load OBJECT TIMES | read OBJECT SECONDS GENERATOR
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { readObject } from "skep"
import { openLinuxKernel } from "skep/linux"

const [what, path, amount, generator] = process.argv.slice(2)
const bytes = readFileSync(path)
if (what === "load") await load(Number(amount))
else await read(Number(amount))

async function load(times) {
  const taken = []
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    const kernel = await openLinuxKernel()
    const loaded = await kernel.load(readObject(bytes))
    taken.push(performance.now() - start)
    await loaded[Symbol.asyncDispose]()
    await kernel[Symbol.asyncDispose]()
  }
  const [first] = taken
  taken.sort((a, b) => a - b)
  console.log(
    JSON.stringify({ first: Number(first.toFixed(2)), median: Number(taken[times >> 1].toFixed(2)) }),
  )
}

async function read(seconds) {
  const kernel = await openLinuxKernel()
  const object = await kernel.load(readObject(bytes))
  await object.attach()
  const child = spawn(generator)
  const bss = Object.values(object.maps).find(map => map.spec.kind === "bss")
  await bss.set(0, { watched: child.pid, written: 0n, lost: 0n })
  let count = 0
  let sum = 0
  const signal = AbortSignal.timeout(seconds * 1000)
  const start = performance.now()
  const take = (view, offset) => {
    count++
    sum = (sum + view.getUint32(offset, true)) | 0
  }
  await object.maps.records.consume(take, { signal })
  const took = (performance.now() - start) / 1000
  child.kill("SIGKILL")
  console.log(JSON.stringify({ perSecond: Math.round(count / took), sum }))
  await kernel[Symbol.asyncDispose]()
}
