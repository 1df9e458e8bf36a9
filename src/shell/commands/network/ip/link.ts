import {
  joinPair,
  moveDevice,
  type NetDevice,
  type NetNamespace,
  setMtu,
  setUp,
} from "../../../../embedded/index.ts"
import { CommandFailure, type Invocation } from "../../../run/invocation.ts"
import { deviceNamed, devicesOf, namespaceOf } from "../device.ts"
import { abbreviated, notSupported, type Words } from "../words.ts"
import { answers, refused } from "./answers.ts"
import {
  addressLine,
  briefLine,
  detailLine,
  deviceLine,
  flagsOf,
  macText,
  programLines,
} from "./link-text.ts"
import { namespaceNamed } from "./netns.ts"
import type { IpOptions } from "./options.ts"
import { setXdp, xdpModeOf } from "./xdp.ts"

const COMMANDS = ["add", "set", "change", "replace", "delete", "show", "list", "lst", "help"] as const

const USAGE = `Usage: ip link show [ DEVICE ]
       ip link add NAME [ netns NS ] type veth peer [ name NAME ] [ netns NS ]
       ip link add NAME [ netns NS ] type netkit
       ip link set DEVICE { up | down | mtu MTU | netns NS }
       ip link set DEVICE { xdp | xdpgeneric | xdpdrv | xdpoffload } { off | obj FILE [ sec NAME ] }
       ip link delete DEVICE
`

export async function link(call: Invocation, words: Words, options: IpOptions): Promise<number> {
  const word = words.next() ?? "show"
  switch (abbreviated(word, COMMANDS)) {
    case "show":
    case "list":
    case "lst":
      return show(call, words, options)
    case "set":
    case "change":
      return set(call, words, options)
    case "add":
      return add(call, words)
    case "delete":
      return remove(call, words)
    case "help":
      call.err(USAGE)
      return 255
    case "replace":
      throw notSupported("'ip link replace'")
    case undefined:
      throw new CommandFailure(`Command "${word}" is unknown, try "ip link help".\n`, 255)
  }
}

function show(call: Invocation, words: Words, options: IpOptions): number {
  const wanted = wantedDevice(words)
  const devices = devicesOf(namespaceOf(call)).filter(({ name }) => wanted === undefined || name === wanted)
  if (wanted !== undefined && devices.length === 0)
    throw new CommandFailure(`Device "${wanted}" does not exist.\n`)
  const shown = devices.map(device =>
    options.isBrief
      ? briefLine(device, `${macText(device.mac)} <${flagsOf(device).join(",")}> `)
      : `${deviceLine(device, true, false)}${addressLine(device, options)}${options.isDetailed ? detailLine(device) : ""}\n${programLines(device, options)}`,
  )
  call.out(shown.join(""))
  return 0
}

/** "dev NAME", or the name alone. */
export function wantedDevice(words: Words): string | undefined {
  if (words.isEmpty) return undefined
  words.takes("dev")
  const name = words.value()
  if (!words.isEmpty) throw notSupported(`'${words.peek()}' behind a device`)
  return name
}

async function set(call: Invocation, words: Words, options: IpOptions): Promise<number> {
  words.takes("dev")
  const name = words.value()
  while (!words.isEmpty) {
    const word = words.value()
    const mode = xdpModeOf(word)
    if (mode) await setXdp(call, name, mode, words, options)
    else setOne(call, name, word, words)
  }
  return 0
}

function setOne(call: Invocation, name: string, word: string, words: Words): void {
  const device = deviceNamed(call, name)
  switch (word) {
    case "up":
    case "down":
      setUp(device, word === "up")
      break
    case "mtu":
      setMtuTo(device, words.value())
      break
    case "netns":
      answers(moveDevice(device, namespaceNamed(call, words.value())))
      call.shell.kernel.objects.collect()
      break
    default:
      throw notSupported(`'ip link set … ${word}'`)
  }
}

function setMtuTo(device: NetDevice, text: string): void {
  if (!/^\d+$/.test(text))
    throw new CommandFailure(`Error: argument "${text}" is wrong: Invalid "mtu" value\n\n`, 255)
  const why = setMtu(device, Number(text))
  if (why !== undefined) throw refused(why)
}

/** "NAME type veth peer name NAME", a namespace behind either name. */
function add(call: Invocation, words: Words): number {
  words.takes("dev", "name")
  const { network } = call.shell.kernel
  const here = namespaceOf(call)
  const name = words.value()
  let namespace = here
  if (words.takes("netns")) namespace = namespaceNamed(call, words.value())
  if (!words.takes("type")) throw notSupported("a device without 'type veth'")
  const type = words.value()
  if (type === "netkit") return addNetkit(call, namespace, name, words)
  if (type !== "veth") throw notSupported(`a device of type ${type}`)
  let [peerName, peerNamespace] = ["veth0", here]
  if (words.takes("peer")) {
    words.takes("name")
    peerName = words.value()
    if (words.takes("netns")) peerNamespace = namespaceNamed(call, words.value())
  }
  for (const [each, where] of [
    [name, namespace],
    [peerName, peerNamespace],
  ] as const)
    if (where.device(each)) answers("EEXIST")
  // The kernel makes the peer first: its number is the lower one.
  const peer = network.makeVeth(peerNamespace, peerName)
  joinPair([network.makeVeth(namespace, name), peer])
  return 0
}

/** A pair whose other end the kernel names: this ip knows nothing of such devices. */
function addNetkit(call: Invocation, namespace: NetNamespace, name: string, words: Words): number {
  if (!words.isEmpty)
    throw new CommandFailure(`Garbage instead of arguments "${words.peek()} ...". Try "ip link help".\n`, 255)
  const { kernel } = call.shell
  if (!kernel.network.hasNetkit) return answers("EOPNOTSUPP")
  const numbers = Array.from({ length: 100 }, (_, number) => `nk${number}`)
  const other = numbers.find(each => !namespace.device(each)) ?? "nk100"
  if (other === name || namespace.device(name)) return answers("EEXIST")
  kernel.network.makeNetkit(namespace, name, other)
  return 0
}

function remove(call: Invocation, words: Words): number {
  words.takes("dev")
  const device = deviceNamed(call, words.value())
  if (!device.peer) return answers("EOPNOTSUPP")
  const { network } = call.shell.kernel
  if (device.peer) network.removeDevice(device.peer)
  network.removeDevice(device)
  return 0
}
