/** `skep disasm`: programs of an object as kernel text. May import everything below the command line. */
import { type Command, Option } from "commander"
import type { Tier } from "../../engine/index.ts"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { type DisasmOptions, runDisasm } from "./run-disasm.ts"

interface Flags {
  readonly program?: string
  readonly source: boolean
  readonly json?: true
  readonly bytes?: true
  readonly wasm?: true
  readonly tier?: Tier
}

export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .description(
        "Prints the programs of an object in the kernel's text form: source lines between the instructions, maps, externs and functions by name, CO-RE relocations as comments.",
      )
      .argument("<object>", "a compiled BPF object (.bpf.o)")
      .option("--program <name>", "only this program")
      .option("--no-source", "without source lines")
      .option("--bytes", "with the bytes of each slot, in the object's byte order")
      .option(
        "--wasm",
        "as the WebAssembly that the embedded kernel runs; maps and externs get addresses at load only",
      )
      .addOption(
        new Option("--tier <tier>", "with --wasm: as which compiler writes it").choices([
          "quick",
          "optimising",
        ]),
      )
      .option("--json", "as JSON")
      .action((object: string, flags: Flags) => runDisasm(disasmOptions(object, flags), io))
  },
}

function disasmOptions(object: string, { program, source, bytes, json, wasm, tier }: Flags): DisasmOptions {
  return {
    object,
    source,
    bytes: bytes ?? false,
    format: wasm ? "wasm" : json ? "json" : "text",
    ...(program === undefined ? {} : { program }),
    ...(tier === undefined ? {} : { tier }),
  }
}
