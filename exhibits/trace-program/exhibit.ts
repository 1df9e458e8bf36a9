import type { Exhibit, LoadedObject, World } from "skep"

const VERDICTS: Readonly<Record<number, string>> = { 1: "drop", 2: "pass" }
const [PASSES, DROPS] = [0x88b5, 0x0900]
const PLACES = ["", "filter called", "filter returned", "decide returned", "plugin returned"]

interface Sighting {
  readonly where: number
  readonly number: number
  readonly verdict: number
  readonly device: string
}

/** A frame of so many bytes, with nothing in it. */
function frameOf(protocol: number, length: number): Uint8Array {
  const frame = new Uint8Array(length)
  frame.set([2, 0, 0, 0, 9, 1, 2, 0, 0, 0, 9, 2, protocol >> 8, protocol & 0xff])
  return frame
}

function describe({ where, number, verdict, device }: Sighting): string {
  const what = device === "" ? number.toString(16) : `${number} bytes on ${device}`
  return `${PLACES[where]}: ${what}${where === 1 ? "" : `, ${VERDICTS[verdict]}`}`
}

/** "ok", or the errno of a refusal. */
async function errnoOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => "ok",
    (error: { readonly errno?: string }) => error.errno,
  )
}

let wire: ReturnType<World["makeWire"]>

const trace: Exhibit = {
  title: "programs that watch another program: its frames, its verdicts, and a function of it",
  programs: ["filter"],
  setUp: world => {
    wire = world.makeWire({ name: "skep0", addresses: [] })
  },
  attach: { filter: { kind: "xdp", interface: "skep0", mode: "generic" } },
  async scenario({ kernel, object, eventually }) {
    const filter = object.programs.filter!
    const watch = async (only: readonly string[], program = filter): Promise<LoadedObject> =>
      kernel.load(object.spec, {
        only,
        targets: Object.fromEntries(only.map(name => [name, { program }])),
      })
    const take = async (watcher: LoadedObject, count: number): Promise<readonly string[]> => {
      const seen: string[] = []
      await eventually(() => {
        for (const { map, value, bytes } of watcher.events())
          seen.push(
            map === "frames"
              ? `record of type ${(bytes[16]! << 8) | bytes[17]!}`
              : describe(value as Sighting),
          )
        return seen.length >= count ? seen : undefined
      })
      return seen.sort()
    }

    const frames = await watch(["watch_frame", "watch_verdict"])
    wire.send(frameOf(PASSES, 60))
    const links = await frames.attach()
    wire.send(frameOf(PASSES, 70))
    wire.send(frameOf(DROPS, 90))
    const outside = await take(frames, 6)
    for (const link of links) await link.detach()
    const again = await errnoOf(frames.programs.watch_frame!.attach())

    const decision = await watch(["watch_decision"])
    await decision.attach()
    wire.send(frameOf(DROPS, 60))
    const inside = await take(decision, 1)

    const plugin = await kernel.load(object.spec, {
      only: ["opposite"],
      targets: { opposite: { program: filter, function: "decide" } },
    })
    const whileWatched = await errnoOf(plugin.attach())
    await decision.detach()
    await plugin.attach()
    const watcher = await watch(["watch_plugin"], plugin.programs.opposite!)
    await watcher.attach()
    wire.send(frameOf(DROPS, 60))
    const replaced = await take(watcher, 1)
    for (const each of [watcher, plugin, decision, frames]) await each[Symbol.asyncDispose]()
    return { outside, again, inside, whileWatched, replaced }
  },
  expected: {
    outside: [
      "filter called: 70 bytes on skep0",
      "filter called: 90 bytes on skep0",
      "filter returned: 70 bytes on skep0, pass",
      "filter returned: 90 bytes on skep0, drop",
      `record of type ${DROPS}`,
      `record of type ${PASSES}`,
    ],
    again: "EINVAL",
    inside: ["decide returned: 900, drop"],
    whileWatched: "EBUSY",
    replaced: ["plugin returned: 900, pass"],
  },
}

export default trace
