import { bootKernel, formatTraceLine } from "../../embedded/index.ts"
import { formatCall } from "../../kernel/index.ts"
import { readObject } from "../../object/index.ts"
import { loadProfile } from "../../profile/node.ts"
import type { Io } from "../io.ts"
import { collectReport } from "./report.ts"
import { toJson } from "./report-json.ts"
import { toText } from "./report-text.ts"
import { defaultScenario, loadScenario, playScenario } from "./scenario.ts"

export interface RunOptions {
  /** Path of the object file. */
  readonly object: string
  /** A built-in release, or the path of a profile file. */
  readonly release: string
  readonly only?: readonly string[]
  /** Path of a scenario module. */
  readonly scenario?: string
  readonly format: "text" | "json"
  /** Writes each call of bpf(2) to standard error. */
  readonly strace: boolean
  /** False to load programs that the verifier has not seen. */
  readonly verify: boolean
}

const UNVERIFIED =
  "skep: warning: the programs are not verified: Linux may refuse them, and what they do wrong shows only when they run\n"

/** Runs an object on an embedded kernel and writes the report. Throws SkepError for everything a user can mend. */
export async function runObject(options: RunOptions, io: Io): Promise<void> {
  const bytes = await io.readFile(options.object)
  const scenario = options.scenario ? await loadScenario(options.scenario) : defaultScenario
  const spec = readObject(bytes, { name: options.object })
  await using kernel = await bootKernel({
    profile: await loadProfile(options.release),
    ...(options.strace && { onCall: call => io.err(`${formatCall(call)}\n`) }),
  })
  const { only, verify } = options
  if (!verify) io.err(UNVERIFIED)
  const object = await kernel.load(spec, { verify, ...(only && { only }) })
  const links = await object.attach()
  await playScenario(scenario, { kernel, world: kernel.world, object }, options.scenario)
  const report = await collectReport({
    kernel: "embedded",
    release: kernel.release,
    version: kernel.profile.version,
    handMade: kernel.profile.handMade,
    object,
    links,
    events: object.events(),
    tracePipe: kernel.tracePipe.take().map(formatTraceLine),
  })
  io.out(options.format === "json" ? toJson(report) : toText(report, io.style))
}
