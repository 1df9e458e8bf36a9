import type { NetDevice } from "../../../../embedded/index.ts"
import { CommandFailure, type Invocation } from "../../../run/invocation.ts"
import { deviceNamed, devicesOf, namespaceOf } from "../device.ts"
import { queueOf } from "../ip/link-text.ts"
import { abbreviated, notSupported, type Words } from "../words.ts"
import { refused } from "./refused.ts"

const COMMANDS = ["add", "change", "replace", "delete", "link", "list", "show", "ls", "lst"] as const
/** What Linux sets its fair queues to. */
const FAIR =
  "limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64 "

export function qdisc(call: Invocation, words: Words): number {
  const word = words.next() ?? "show"
  switch (abbreviated(word, COMMANDS)) {
    case "show":
    case "list":
    case "ls":
    case "lst":
      return show(call, words)
    case "add":
      return add(call, words)
    case "delete":
      return remove(call, words)
    case undefined:
      throw new CommandFailure(`Command "${word}" is unknown, try "tc qdisc help".\n`)
    default:
      throw notSupported(`'tc qdisc ${word}'`)
  }
}

function show(call: Invocation, words: Words): number {
  const wanted = words.takes("dev") ? deviceNamed(call, words.value()) : undefined
  const devices = wanted ? [wanted] : devicesOf(namespaceOf(call))
  for (const device of devices) call.out(lines(device, wanted === undefined))
  return 0
}

function lines(device: NetDevice, withName: boolean): string {
  const name = withName ? `dev ${device.name} ` : ""
  const queue = queueOf(device)
  const root =
    queue === "noop" ? "" : `qdisc ${queue} 0: ${name}root refcnt 2 ${queue === "fq_codel" ? FAIR : ""}\n`
  return root + (device.hasClsact ? `qdisc clsact ffff: ${name}parent ffff:fff1 \n` : "")
}

/** The device that "dev NAME clsact" is about. */
function clsactOf(call: Invocation, words: Words): NetDevice {
  if (!words.takes("dev")) throw notSupported("a qdisc without 'dev NAME'")
  const device = deviceNamed(call, words.value())
  const kind = words.next()
  if (kind !== "clsact") throw notSupported(`a qdisc '${kind ?? ""}': only clsact`)
  return device
}

function add(call: Invocation, words: Words): number {
  const device = clsactOf(call, words)
  if (device.hasClsact) throw refused("Exclusivity flag on, cannot modify")
  device.hasClsact = true
  return 0
}

/** The filters go with it. */
function remove(call: Invocation, words: Words): number {
  const device = clsactOf(call, words)
  if (!device.hasClsact) throw refused("Invalid handle")
  for (const side of [device.trafficControl.ingress, device.trafficControl.egress])
    for (const filter of [...side.filters]) side.removeFilter(filter)
  device.hasClsact = false
  call.shell.kernel.objects.collect()
  return 0
}
