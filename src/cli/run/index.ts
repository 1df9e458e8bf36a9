import type { Command } from "commander"
import { UsageError } from "../../base/index.ts"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { type CaptureOptions, runObject } from "./run-object.ts"

interface Flags {
  readonly only?: readonly string[]
  readonly release?: string
  readonly scenario?: string
  readonly pcap?: string
  readonly iface?: string
  readonly address?: readonly string[]
  readonly mac?: string
  readonly write?: string
  readonly format: string
  readonly json?: true
  readonly linux?: true
  readonly strace?: true
  readonly for?: string
  readonly verify: boolean
}

const DEFAULT_RELEASE = "6.12"
const DEFAULT_INTERFACE = "eth0"

/** `skep run OBJECT`: load, attach by section name, let something happen, show what the programs reported. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .description(
        "Loads an object into an embedded kernel, which verifies its programs as Linux does, attaches each program where its section says, lets a scenario happen and shows what the programs reported. With --linux, the same on the machine's own kernel, until Ctrl-C or the end of the command.",
      )
      .argument("<object>", "a compiled BPF object (.bpf.o)")
      .argument("[command...]", "with --linux, behind --: what to run while the programs are attached")
      .option("--only <names...>", "load only these programs")
      .option(
        "--release <release>",
        `kernel to model: 6.1, 6.12, 5.15, or a profile file (default: ${DEFAULT_RELEASE})`,
      )
      .option(
        "--scenario <file>",
        "TypeScript or JavaScript module: export default async ({ world }) => { … }",
      )
      .option(
        "--pcap <file>",
        "packets of a capture (pcap or pcapng, of Ethernet) come in on an interface, at their own times; XDP and tc programs are attached there",
      )
      .option("--iface <name>", "with --pcap: what the interface is called", DEFAULT_INTERFACE)
      .option("--address <address...>", "with --pcap: addresses of the interface, such as 10.0.0.2/24")
      .option("--mac <address>", "with --pcap: the interface's link-layer address, such as 02:00:00:00:00:01")
      .option("-w, --write <file>", "with --pcap: a capture of what leaves the interface")
      .option("--no-verify", "for study: run programs that the verifier has not seen, or refuses")
      .option("--linux", "the machine's own kernel (needs root)")
      .option("--for <seconds>", "with --linux: end the run after this time")
      .option("--strace", "print each bpf(2) call on standard error, as strace does")
      .option("--format <format>", "text or json", "text")
      .option("--json", "the same as --format json")
      .action((object: string, words: string[], flags: Flags) =>
        flags.linux ? onLinux(object, words, flags, io) : onEmbedded(object, words, flags, io),
      )
  },
}

async function onEmbedded(object: string, words: string[], flags: Flags, io: Io): Promise<void> {
  const [word] = words
  if (word !== undefined)
    throw new UsageError(`one object at a time: '${word}' is too many`, {
      hint: "a command behind -- runs on the machine's own kernel: say --linux; a scenario runs here: --scenario FILE",
    })
  refuse(flags, ["for"], "it is for the machine's own kernel: say --linux")
  const { only, release = DEFAULT_RELEASE, scenario, strace = false } = flags
  const capture = captureOf(flags)
  const options = { object, release, format: formatOf(flags), verify: flags.verify, strace }
  const what = { ...(only && { only }), ...(scenario && { scenario }), ...(capture && { capture }) }
  await runObject({ ...options, ...what }, io)
}

async function onLinux(object: string, words: string[], flags: Flags, io: Io): Promise<void> {
  if (!flags.verify)
    throw new UsageError("--no-verify has no meaning here", {
      hint: "the machine's own kernel verifies every program",
    })
  refuse(flags, ["release"], "the machine's own kernel has the release that it has: leave --linux or it out")
  refuse(flags, ["pcap", "write", "address", "mac"], "it is for the embedded kernel: leave --linux out")
  refuse(flags, ["scenario"], "give a command instead: skep run --linux OBJECT -- COMMAND")
  const { only, strace = false } = flags
  const seconds = flags.for === undefined ? undefined : Number(flags.for)
  if (seconds !== undefined && !(seconds > 0)) throw new UsageError(`--for takes seconds, not '${flags.for}'`)
  const options = { object, command: words, format: formatOf(flags), strace }
  // Only now: everything of the Linux kernel comes with it.
  const { runOnLinux } = await import("./run-on-linux.ts")
  await runOnLinux({ ...options, ...(only && { only }), ...(seconds && { seconds }) }, io)
}

function captureOf(flags: Flags): CaptureOptions | undefined {
  const { pcap: path, iface = DEFAULT_INTERFACE, address: addresses = [], mac, write: output } = flags
  if (path === undefined) {
    refuse(flags, ["write", "address", "mac"], "it goes with packets that come in: say --pcap FILE")
    return undefined
  }
  refuse(flags, ["scenario"], "what happens is that the packets of --pcap come in")
  return { path, interface: iface, addresses, ...(mac && { mac }), ...(output && { output }) }
}

function refuse(flags: Flags, names: readonly (keyof Flags)[], hint: string): void {
  for (const name of names)
    if (flags[name] !== undefined) throw new UsageError(`--${name} has no meaning here`, { hint })
}

function formatOf({ json, format }: Flags): "text" | "json" {
  const wanted = json ? "json" : format
  if (wanted === "text" || wanted === "json") return wanted
  throw new UsageError(`--format is text or json, not '${wanted}'`)
}
