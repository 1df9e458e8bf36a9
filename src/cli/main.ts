import { readFile } from "node:fs/promises"
import type { NounName } from "../bpftool/index.ts"
import type { CommandModule } from "./command.ts"
import type { Io } from "./io.ts"

interface CommandEntry {
  readonly summary: string
  readonly load: () => Promise<{ readonly command: CommandModule }>
}

/** A noun of bpftool's. */
const noun = (name: NounName) => async () => (await import("./objects/noun-command.ts")).loadNoun(name)

/** Every command, in the order of `skep --help`. Only the one that is called gets loaded: start-up stays fast. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: {
    summary: "load, attach and run an object on the embedded kernel",
    load: () => import("./run/index.ts"),
  },
  shell: {
    summary: "a shell on the embedded kernel: cat, ip, tc, ping, bpftool …",
    load: () => import("./shell/index.ts"),
  },
  verify: {
    summary: "verify programs as a kernel would, and explain refusals",
    load: () => import("./verify/index.ts"),
  },
  exhibit: {
    summary: "example programs of every type, run on either kernel",
    load: () => import("./exhibit/index.ts"),
  },
  inspect: { summary: "show what an object file holds", load: () => import("./inspect/index.ts") },
  disasm: {
    summary: "disassemble programs, source lines interleaved",
    load: () => import("./disasm/index.ts"),
  },
  btf: { summary: "dump type information", load: noun("btf") },
  prog: { summary: "programs that the kernel holds (bpftool prog)", load: noun("prog") },
  map: { summary: "maps that the kernel holds (bpftool map)", load: noun("map") },
  perf: { summary: "programs on perf events (bpftool perf)", load: noun("perf") },
  cgroup: {
    summary: "programs on control groups (bpftool cgroup)",
    load: noun("cgroup"),
  },
  net: { summary: "programs on network interfaces (bpftool net)", load: noun("net") },
  iter: { summary: "iterators as files (bpftool iter)", load: noun("iter") },
  struct_ops: {
    summary: "programs in place of kernel functions (bpftool struct_ops)",
    load: noun("struct_ops"),
  },
  link: { summary: "links that the kernel holds (bpftool link)", load: noun("link") },
  feature: {
    summary: "what BPF offers, and what of it a kernel has (bpftool feature)",
    load: noun("feature"),
  },
  exec: { summary: "run raw bytecode from standard input", load: () => import("./exec/index.ts") },
  explain: {
    summary: "explain a program type, attach type, section, helper, kfunc or map type",
    load: () => import("./explain/index.ts"),
  },
  profile: {
    summary: "capture the running kernel's profile",
    load: () => import("./profile/index.ts"),
  },
}

/** Runs one command line (without `node` and the script) and gives its exit status: 0 ok, 1 failed, 2 wrong usage. */
export async function main(args: readonly string[], io?: Io): Promise<number> {
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    const text = `${await version()}\n`
    if (io) io.out(text)
    else process.stdout.write(text)
    return 0
  }
  const { runCommandLine } = await import("./program.ts")
  return runCommandLine(args, COMMANDS, await version(), io)
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL("../../package.json", import.meta.url), "utf8")
  return (JSON.parse(manifest) as { version: string }).version
}
