/** `skep verify`: what kernels would say to the programs of an object. May import everything below the command line. */
import { type Command, Option } from "commander"
import { UsageError } from "../../base/index.ts"
import type { Capability } from "../../catalog/index.ts"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { FORMATS, type Format, runVerify } from "./run-verify.ts"

interface Flags {
  readonly program?: readonly string[]
  readonly release: string
  readonly logLevel?: string
  readonly unprivileged?: true
  readonly capabilities?: readonly string[]
  readonly format?: Format
  readonly json?: true
}

const EXAMPLES = `
Ends with status 0 when every program is accepted, 1 when one is rejected or cannot be decided, 2 for wrong usage.
With --release all, releases without a profile of a real kernel are only looked up and do not count.

  skep verify program.bpf.o
  skep verify program.bpf.o --program drop --release 6.1 --log-level 2
  skep verify program.bpf.o --release all
  skep verify *.bpf.o --format github
`

export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .description(
        "Verifies the programs of objects as a kernel would, without one: verdict, the kernel's message, source line, an explanation and what probably helps.",
      )
      .argument("<object...>", "compiled BPF objects (.bpf.o)")
      .option("--program <names...>", "only these programs")
      .option(
        "--release <release>",
        "kernel to ask: 6.1, 6.12, another release, a profile file, or all",
        "6.12",
      )
      .option(
        "--log-level <level>",
        "print the kernel's log too: 1 errors, 2 every instruction, 4 statistics",
      )
      .option("--unprivileged", "as a process without capabilities loads them, where it may")
      .option(
        "--capabilities <names...>",
        "as a process with only these loads them: cap_bpf, cap_perfmon, cap_net_admin",
      )
      .addOption(
        new Option("--format <format>", "how to print: text, json, github or sarif").choices([...FORMATS]),
      )
      .option("-j, --json", "the same as --format json")
      .addHelpText("after", EXAMPLES)
      .action((objects: string[], flags: Flags) => runVerify(optionsOf(objects, flags), io))
  },
}

function optionsOf(objects: readonly string[], flags: Flags) {
  const { program, release, logLevel, format, json } = flags
  if (logLevel !== undefined && !/^[0-7]$/.test(logLevel))
    throw new UsageError(`--log-level is a number from 0 to 7, not '${logLevel}'`)
  return {
    objects,
    release,
    logLevel: Number(logLevel ?? 0),
    format: format ?? (json ? "json" : "text"),
    ...(program && { programs: program }),
    ...capabilitiesOf(flags),
  } as const
}

const CAPABILITIES: readonly Capability[] = ["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN", "CAP_SYS_ADMIN"]

function capabilitiesOf({ unprivileged, capabilities }: Flags): {
  readonly capabilities?: readonly Capability[]
} {
  if (capabilities === undefined) return unprivileged ? { capabilities: [] } : {}
  if (unprivileged) throw new UsageError("--unprivileged and --capabilities exclude each other")
  const known = capabilities.map(name => {
    const capability = CAPABILITIES.find(each => each === name.toUpperCase())
    if (!capability)
      throw new UsageError(
        `no capability '${name}' changes what programs may do: there are ${CAPABILITIES.join(", ").toLowerCase()}`,
      )
    return capability
  })
  return { capabilities: known }
}
