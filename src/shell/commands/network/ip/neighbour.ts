import type { Neighbour, NetDevice } from "../../../../embedded/index.ts"
import { addressBytes, addressText, parseMac } from "../../../../kernel/index.ts"
import { CommandFailure, type Invocation } from "../../../run/invocation.ts"
import { deviceNamed, devicesOf, namespaceOf } from "../device.ts"
import { abbreviated, notSupported, type Words } from "../words.ts"
import { answers } from "./answers.ts"
import { macText } from "./link-text.ts"
import type { IpOptions } from "./options.ts"

const COMMANDS = ["show", "list", "lst", "flush", "add", "change", "replace", "delete", "get"] as const
const BYTES = { 4: 4, 6: 16 } as const

/** `ip neigh`: the stations that devices know. */
export function neighbour(call: Invocation, words: Words, options: IpOptions): number {
  const word = words.next() ?? "show"
  const command = abbreviated(word, COMMANDS)
  switch (command) {
    case "show":
    case "list":
    case "lst":
      return show(call, words, options)
    case "flush":
      for (const { device, entry } of entriesOf(call, words, options))
        if (entry.state !== "permanent" && entry.state !== "noarp") device.neighbours.remove(entry.address)
      return 0
    case "add":
    case "change":
    case "replace":
      return put(call, words, command)
    case "delete":
      return remove(call, words)
    case "get":
      throw notSupported("'ip neigh get'")
    case undefined:
      throw new CommandFailure(`Command "${word}" is unknown, try "ip neighbour help".\n`, 255)
  }
}

interface Entry {
  readonly device: NetDevice
  readonly entry: Neighbour
}

/** Of one device, or of all: those of IPv4 first. */
function entriesOf(call: Invocation, words: Words, { family }: IpOptions): Entry[] {
  let name: string | undefined
  while (!words.isEmpty) {
    if (words.takes("dev")) name = words.value()
    else throw notSupported(`'${words.peek()}' of neighbours`)
  }
  const devices = name === undefined ? devicesOf(namespaceOf(call)) : [deviceNamed(call, name)]
  return devices
    .flatMap(device => device.neighbours.all().map(entry => ({ device, entry })))
    .filter(({ entry }) => family === undefined || entry.address.length === BYTES[family])
    .sort((a, b) => a.entry.address.length - b.entry.address.length)
}

/** Links where nobody is asked are left out, as ip does unless told. */
function show(call: Invocation, words: Words, options: IpOptions): number {
  const hasDevice = words.peek() === "dev"
  const lines = entriesOf(call, words, options)
    .filter(({ entry }) => entry.state !== "noarp")
    .map(({ device, entry: { address, mac, state } }) => {
      const on = hasDevice ? "" : `dev ${device.name} `
      return `${addressText(address)} ${on}lladdr ${macText(mac)} ${state.toUpperCase()} \n`
    })
  call.out(lines.join(""))
  return 0
}

/** "ADDRESS lladdr MAC dev NAME". */
function told(
  call: Invocation,
  words: Words,
): { readonly device: NetDevice; readonly address: Uint8Array; readonly mac: Uint8Array | undefined } {
  let [text, mac, name]: (string | undefined)[] = []
  while (!words.isEmpty) {
    if (words.takes("dev")) name = words.value()
    else if (words.takes("lladdr")) mac = words.value()
    else if (words.takes("nud")) {
      const state = words.value()
      if (state !== "permanent") throw notSupported(`'nud ${state}'`)
    } else {
      words.takes("to")
      text = words.value()
    }
  }
  if (name === undefined || text === undefined)
    throw new CommandFailure("Device and destination are required arguments.\n", 255)
  const device = deviceNamed(call, name)
  return { device, address: addressOf(text), mac: mac === undefined ? undefined : parseMac(mac) }
}

function addressOf(text: string): Uint8Array {
  try {
    return addressBytes(text)
  } catch {
    throw new CommandFailure(`Error: any valid prefix is expected rather than "${text}".\n`)
  }
}

function put(call: Invocation, words: Words, command: "add" | "change" | "replace"): number {
  const { device, address, mac } = told(call, words)
  const known = device.neighbours.find(address)
  if (known && command === "add") return answers("EEXIST")
  if (!known && command === "change") return answers("ENOENT")
  if (!mac) return answers("EINVAL")
  device.neighbours.put({ address, mac, state: "permanent" })
  return 0
}

function remove(call: Invocation, words: Words): number {
  const { device, address } = told(call, words)
  return answers(device.neighbours.remove(address) ? undefined : "ENOENT")
}
