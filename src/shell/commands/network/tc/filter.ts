import type { Filter, FilterAction, NetDevice } from "../../../../embedded/index.ts"
import type { SectionProgram } from "../../../objects/section-program.ts"
import { CommandFailure, type Invocation } from "../../../run/invocation.ts"
import { deviceNamed } from "../device.ts"
import { readProgram } from "../read-program.ts"
import { abbreviated, notSupported, type Words } from "../words.ts"
import { filterLines } from "./filter-text.ts"
import { refused } from "./refused.ts"

const COMMANDS = ["add", "change", "replace", "delete", "get", "list", "show", "ls", "lst"] as const

export async function filter(call: Invocation, words: Words): Promise<number> {
  const word = words.next() ?? "show"
  const command = abbreviated(word, COMMANDS)
  if (!command) throw new CommandFailure(`Command "${word}" is unknown, try "tc filter help".\n`)
  const place = placeOf(call, words)
  switch (command) {
    case "show":
    case "list":
    case "ls":
    case "lst":
      for (const side of place.sides)
        call.out(filterLines(place.device.trafficControl[side].filters.filter(each => isMeant(each, place))))
      return 0
    case "add":
    case "replace":
      return add(call, words, place, command === "replace")
    case "delete":
      return remove(call, place)
    default:
      throw notSupported(`'tc filter ${word}'`)
  }
}

interface Place {
  readonly device: NetDevice
  readonly sides: readonly ("ingress" | "egress")[]
  readonly priority: number | undefined
  readonly handle: number | undefined
}

/** "dev NAME ingress|egress [pref N] [handle H]". */
function placeOf(call: Invocation, words: Words): Place {
  let [name, side]: (string | undefined)[] = []
  let [priority, handle]: (number | undefined)[] = []
  for (;;) {
    if (words.takes("dev")) name = words.value()
    else if (words.takes("ingress")) side = "ingress"
    else if (words.takes("egress")) side = "egress"
    else if (words.takes("pref", "preference", "prio", "priority"))
      priority = numberOf(words.value(), "priority")
    else if (words.takes("handle")) handle = numberOf(words.value(), "handle")
    else if (words.takes("protocol")) {
      const protocol = words.value()
      if (protocol !== "all") throw notSupported(`protocol ${protocol} of a filter: only all`)
    } else if (words.takes("parent")) side = sideOf(words.value())
    else break
  }
  if (name === undefined) throw new CommandFailure('"dev" is required.\n', 255)
  const sides = side === undefined ? (["ingress", "egress"] as const) : [side as "ingress" | "egress"]
  return { device: deviceNamed(call, name), sides, priority, handle }
}

function sideOf(parent: string): "ingress" | "egress" {
  if (/^ffff:(fff2)?$/.test(parent)) return "ingress"
  if (parent === "ffff:fff3") return "egress"
  throw notSupported(`parent ${parent}: ingress and egress of clsact`)
}

function numberOf(text: string, what: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new CommandFailure(`Illegal "${what}" value "${text}"\n`)
}

function isMeant({ priority, handle }: Filter, place: Place): boolean {
  return (place.priority ?? priority) === priority && (place.handle ?? handle) === handle
}

async function add(call: Invocation, words: Words, place: Place, replaces: boolean): Promise<number> {
  const [side, other] = place.sides
  if (!side || other) throw notSupported("a filter without 'ingress' or 'egress'")
  const programs: SectionProgram[] = []
  try {
    const wanted = await readFilter(call, words, programs)
    if (!place.device.hasClsact) throw refused("Parent Qdisc doesn't exists", true)
    put(call, place, side, wanted, replaces)
    return 0
  } finally {
    for (const program of programs) await program.close()
  }
}

interface WantedFilter {
  /** Undefined for one that matches all. */
  readonly classifier: SectionProgram | undefined
  readonly isDirect: boolean
  readonly action: SectionProgram | undefined
}

/** "bpf [da] obj FILE sec NAME [action bpf obj …]" or "matchall action bpf obj …". */
async function readFilter(call: Invocation, words: Words, programs: SectionProgram[]): Promise<WantedFilter> {
  const kind = words.next()
  if (kind !== "bpf" && kind !== "matchall")
    throw notSupported(`a filter '${kind ?? ""}': only bpf, and matchall with an action`)
  let isDirect = false
  let [classifier, action]: (SectionProgram | undefined)[] = []
  while (!words.isEmpty) {
    if (words.takes("da", "direct-action")) isDirect = true
    else if (words.takes("action")) {
      const name = words.value()
      if (name !== "bpf") throw notSupported(`action ${name}: only bpf`)
      action = await read(call, "action", words, programs)
    } else if (kind === "bpf" && !classifier) classifier = await read(call, "tc", words, programs)
    else throw notSupported(`'${words.peek()}' of a filter`)
  }
  if (kind === "bpf" ? !classifier : !action) throw new CommandFailure("Unable to parse bpf command line\n")
  return { classifier, isDirect, action }
}

async function read(
  call: Invocation,
  kind: "tc" | "action",
  words: Words,
  programs: SectionProgram[],
): Promise<SectionProgram> {
  const found = await readProgram(call, kind, words)
  if (typeof found === "string") throw new CommandFailure(`${found}\nUnable to load program\n`)
  programs.push(found)
  return found
}

function put(
  call: Invocation,
  { device, priority: wantedPriority, handle: wantedHandle }: Place,
  side: "ingress" | "egress",
  { classifier, isDirect, action }: WantedFilter,
  replaces: boolean,
): void {
  const control = device.trafficControl[side]
  const priority = wantedPriority ?? control.nextPriority()
  const handle = wantedHandle ?? control.nextHandle(priority)
  const old = control.filters.find(each => each.priority === priority && each.handle === handle)
  if (old && !replaces) throw refused("Filter already exists", true)
  const index = nextActionIndex(call)
  if (old) control.removeFilter(old)
  const then: FilterAction | undefined = action && {
    attachment: action.attachment,
    label: action.label,
    index,
  }
  if (classifier)
    control.addFilter({
      ...{ priority, handle, kind: "classifier", attachment: classifier.attachment, label: classifier.label },
      ...(!isDirect && { onlyMatches: true, ...(then && { action: then }) }),
    })
  else if (then) control.addFilter({ priority, handle, kind: "action", ...then, actionIndex: index })
  call.shell.kernel.objects.collect()
}

/** The lowest number that no action of the namespace has. */
function nextActionIndex({ shell }: Invocation): number {
  const taken = new Set<number | undefined>()
  for (const { devices } of shell.kernel.network.namespaces())
    for (const { trafficControl } of devices.values())
      for (const { filters } of [trafficControl.ingress, trafficControl.egress])
        for (const { action, actionIndex } of filters) taken.add(action?.index).add(actionIndex)
  let index = 1
  while (taken.has(index)) index++
  return index
}

function remove(call: Invocation, place: Place): number {
  const found = place.sides.flatMap(side => {
    const control = place.device.trafficControl[side]
    return control.filters.filter(each => isMeant(each, place)).map(each => ({ control, each }))
  })
  if (found.length === 0 && place.priority !== undefined)
    throw refused("Filter with specified priority/protocol not found", true)
  for (const { control, each } of found) control.removeFilter(each)
  call.shell.kernel.objects.collect()
  return 0
}
