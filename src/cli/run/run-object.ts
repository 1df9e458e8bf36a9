import { writeFile } from "node:fs/promises"
import { bootKernel, formatTraceLine } from "../../embedded/index.ts"
import { formatCall, type WireOptions } from "../../kernel/index.ts"
import { readObject } from "../../object/index.ts"
import { ethernetFrames, readCapture, writeCapture } from "../../pcap/index.ts"
import { loadProfile } from "../../profile/node.ts"
import type { Io } from "../io.ts"
import { attachTo, bootTimeFor, type Replay, replay } from "./replay.ts"
import { collectReport, type PacketReport } from "./report.ts"
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
  /** Packets that come in, in place of a scenario. */
  readonly capture?: CaptureOptions
  readonly format: "text" | "json"
  /** Writes each call of bpf(2) to standard error. */
  readonly strace: boolean
  /** False to load programs that the verifier has not seen. */
  readonly verify: boolean
}

export interface CaptureOptions {
  /** Path of the capture. */
  readonly path: string
  /** The interface that its packets come in on. */
  readonly interface: string
  readonly addresses: readonly string[]
  readonly mac?: string
  /** Path of the capture of what leaves the interface. */
  readonly output?: string
}

/** What the interface takes behind an Ethernet header. */
const MTU = 1500

const UNVERIFIED =
  "skep: warning: the programs are not verified: Linux may refuse them, and what they do wrong shows only when they run\n"

/** Runs an object on an embedded kernel and writes the report. Throws SkepError for everything a user can mend. */
export async function runObject(options: RunOptions, io: Io): Promise<void> {
  const bytes = await io.readFile(options.object)
  const { capture } = options
  const packets =
    capture &&
    ethernetFrames(readCapture(await io.readFile(capture.path), { name: capture.path }), {
      name: capture.path,
      mtu: MTU,
    })
  const scenario = options.scenario ? await loadScenario(options.scenario) : defaultScenario
  const spec = readObject(bytes, { name: options.object })
  await using kernel = await bootKernel({
    profile: await loadProfile(options.release),
    ...(packets && bootTimeFor(packets)),
    ...(options.strace && { onCall: call => io.err(`${formatCall(call)}\n`) }),
  })
  const { only, verify } = options
  if (!verify) io.err(UNVERIFIED)
  const object = await kernel.load(spec, { verify, ...(only && { only }) })
  const { world } = kernel
  const wire = capture && world.makeWire({ ...wireOf(capture), takesFrames: true })
  const links = capture ? await attachTo(object, capture.interface) : await object.attach()
  let outcome: Replay | undefined
  if (packets && capture && wire)
    outcome = await replay(kernel, links, { name: capture.interface, wire }, packets)
  else await playScenario(scenario, { kernel, world, object }, options.scenario)
  const report = await collectReport({
    kernel: "embedded",
    release: kernel.release,
    version: kernel.profile.version,
    handMade: kernel.profile.handMade,
    object,
    links,
    ...(outcome && { packets: await written(outcome, capture?.output) }),
    events: object.events(),
    tracePipe: kernel.tracePipe.take().map(formatTraceLine),
  })
  io.out(options.format === "json" ? toJson(report) : toText(report, io.style))
}

function wireOf({ interface: name, addresses, mac }: CaptureOptions): WireOptions {
  return { name, addresses, ...(mac !== undefined && { mac }) }
}

/** What the report says of a replay, once what left is in its file. */
async function written({ sent, ...replay }: Replay, file: string | undefined): Promise<PacketReport> {
  if (file !== undefined) await writeFile(file, writeCapture(sent))
  return { ...replay, sent: sent.length, ...(file !== undefined && { file }) }
}
