// What runs in a guest: loads and attaches the programs beside it, lets busybox act, and prints what was seen as JSON.
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { readObject } from "/skep/dist/index.js"
import { openLinuxKernel } from "/skep/dist/linux/index.js"

const TRACING = "/sys/kernel/tracing"
const ACTIONS =
  "touch /tmp/note; /bin/rm /tmp/note; /bin/mkdir /tmp/folder; /bin/rmdir /tmp/folder 2>/dev/null; :"

const openObject = name => readObject(readFileSync(`/guest/${name}.bpf.o`), { name })
const outcome = async action => {
  try {
    await action()
    return "ok"
  } catch (error) {
    return `${error.errno}: ${error.message}`
  }
}

/** The flags column, and what was printed; processes, their names when they are known, and times differ with each recording. */
function traced() {
  writeFileSync(`${TRACING}/trace`, "")
  spawnSync("/bin/sh", ["-c", ACTIONS], { stdio: "inherit" })
  const lines = readFileSync(`${TRACING}/trace`, "utf8").split("\n")
  return lines.flatMap(line => {
    const match = /^\s*(\S+)-\d+\s+\[\d+\] (.).(\S+)\s+\S+: bpf_trace_printk: (.*)$/.exec(line)
    if (!match) return []
    // Whether another task is to run next (the second flag) is a matter of time.
    const [, command, interrupts, flags, text] = match
    return command === "node" || text.endsWith("/bin/sh") ? [] : [`${interrupts}.${flags} ${text}`]
  })
}

const kernel = await openLinuxKernel()
const seen = {
  machine: execFileSync("uname", ["-m"], { encoding: "utf8" }).trim(),
  offsets: {},
  reach: {},
  attach: {},
  traces: {},
}
for (const offset of [0, 2, 4, 8]) {
  const object = await kernel.load(openObject("reach-328"))
  const point = { kind: "kprobe", function: "do_unlinkat", offset }
  seen.offsets[offset] = await outcome(() => object.programs.reach.attach(point))
  await object[Symbol.asyncDispose]()
}
for (const reach of [328, 336])
  seen.reach[reach] = await outcome(async () =>
    (await kernel.load(openObject(`reach-${reach}`)))[Symbol.asyncDispose](),
  )
for (const name of ["probes", "trampolines", "guard"]) {
  const object = await kernel.load(openObject(name))
  seen.attach[name] = await outcome(() => object.attach())
  seen.traces[name] = traced()
}
writeFileSync("/tmp/out/seen.json", JSON.stringify(seen, undefined, 2))
await kernel[Symbol.asyncDispose]()
