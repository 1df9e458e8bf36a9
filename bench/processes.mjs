// Whole commands, as a user waits for them: wall time over several starts, and the most memory one took.
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const RUNS = 9
/** Says at the end how much memory the process took, on a stream that commands do not use. */
const TELL_MEMORY = `--import=data:text/javascript,${encodeURIComponent(
  'import fs from "node:fs";process.on("exit",()=>fs.writeSync(3,String(process.resourceUsage().maxRSS)))',
)}`

const HELLO = "exhibits/hello/program.bpf.o"
const COMMANDS = [
  { name: "node, doing nothing", args: ["-e", "0"] },
  { name: "skep --version", args: ["bin/skep.js", "--version"] },
  { name: "skep --help", args: ["bin/skep.js", "--help"] },
  { name: "skep inspect hello", args: ["bin/skep.js", "inspect", HELLO] },
  { name: "skep disasm hello", args: ["bin/skep.js", "disasm", HELLO] },
  { name: "skep explain xdp", args: ["bin/skep.js", "explain", "xdp"] },
  { name: "skep run hello", args: ["bin/skep.js", "run", HELLO] },
]

export const PROCESS_GROUPS = [{ name: "commands", measure: () => measure(COMMANDS) }]

function measure(commands) {
  const times = commands.map(() => [])
  for (let run = 0; run < RUNS; run++) {
    // In turn, so that a busy moment of the machine hits all of them.
    for (const [index, { args }] of commands.entries()) times[index].push(once(args).ms)
  }
  return commands.map(({ name, args }, index) => {
    const sorted = times[index].toSorted((a, b) => a - b)
    const { memory } = once([TELL_MEMORY, ...args])
    return { name, ms: sorted[RUNS >> 1], worst: sorted[RUNS - 1], note: `${memory} MiB` }
  })
}

function once(args) {
  const start = performance.now()
  const { status, output, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  })
  const ms = performance.now() - start
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with status ${status}: ${stderr}`)
  return { ms, memory: Math.round(Number(output[3]) / 1024) }
}
