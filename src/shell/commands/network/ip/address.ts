import { UsageError } from "../../../../base/index.ts"
import { addAddress, type NetDevice, removeAddress } from "../../../../embedded/index.ts"
import { addressText, parseInterfaceAddress } from "../../../../kernel/index.ts"
import { CommandFailure, type Invocation } from "../../../run/invocation.ts"
import { deviceNamed, devicesOf, namespaceOf } from "../device.ts"
import { abbreviated, notSupported, type Words } from "../words.ts"
import { refused } from "./answers.ts"
import { wantedDevice } from "./link.ts"
import { addressLine, briefLine, deviceLine } from "./link-text.ts"
import type { IpOptions } from "./options.ts"

const COMMANDS = ["add", "change", "replace", "delete", "show", "list", "lst", "flush", "help"] as const

export function address(call: Invocation, words: Words, options: IpOptions): number {
  const word = words.next() ?? "show"
  switch (abbreviated(word, COMMANDS)) {
    case "show":
    case "list":
    case "lst":
      return show(call, words, options)
    case "add":
    case "delete":
      return change(call, words, word.startsWith("a"))
    case undefined:
      throw new CommandFailure(`Command "${word}" is unknown, try "ip address help".\n`, 255)
    default:
      throw notSupported(`'ip address ${word}'`)
  }
}

function show(call: Invocation, words: Words, options: IpOptions): number {
  const wanted = wantedDevice(words)
  const devices = devicesOf(namespaceOf(call)).filter(({ name }) => wanted === undefined || name === wanted)
  if (wanted !== undefined && devices.length === 0)
    throw new CommandFailure(`Device "${wanted}" does not exist.\n`)
  const { family, isBrief } = options
  for (const device of devices) {
    const addresses = addressesOf(device, family)
    if (family !== undefined && addresses.length === 0) continue
    if (isBrief) {
      call.out(briefLine(device, addresses.map(({ text, prefix }) => `${text}/${prefix} `).join("")))
      continue
    }
    const link = family === undefined ? `${addressLine(device, { ...options, isDetailed: false })}\n` : ""
    call.out(`${deviceLine(device, false, family !== undefined)}${link}${addresses.map(lines).join("")}`)
  }
  return 0
}

interface ShownAddress {
  readonly text: string
  readonly prefix: number
  readonly broadcast: string
  readonly device: NetDevice
}

/** IPv4 first. */
function addressesOf(device: NetDevice, family: 4 | 6 | undefined): ShownAddress[] {
  const wanted = device.addresses.filter(
    ({ address }) => family === undefined || address.length === (family === 4 ? 4 : 16),
  )
  return [...wanted]
    .sort((a, b) => a.address.length - b.address.length)
    .map(({ address, prefix, hasBroadcast }) => {
      const all = address.map(
        (byte, index) => byte | ~(0xff00 >> Math.min(Math.max(prefix - index * 8, 0), 8)),
      )
      const broadcast = hasBroadcast && address.length === 4 ? ` brd ${addressText(all)}` : ""
      return { text: addressText(address), prefix, broadcast, device }
    })
}

function lines({ text, prefix, broadcast, device }: ShownAddress): string {
  const scope = device.kind === "loopback" ? "host" : "global"
  const life = "       valid_lft forever preferred_lft forever\n"
  return text.includes(":")
    ? `    inet6 ${text}/${prefix} scope ${scope} \n${life}`
    : `    inet ${text}/${prefix}${broadcast} scope ${scope} ${device.name}\n${life}`
}

/** "ADDRESS[/PREFIX] [brd +] dev NAME". */
function change(call: Invocation, words: Words, isAdded: boolean): number {
  let text: string | undefined
  let name: string | undefined
  let hasBroadcast = false
  while (!words.isEmpty) {
    if (words.takes("dev")) name = words.value()
    else if (words.takes("brd", "broadcast")) hasBroadcast = words.value() !== ""
    else if (words.takes("nodad", "local")) continue
    else text = words.value()
  }
  if (text === undefined || name === undefined)
    throw new CommandFailure('Not enough information: "dev" argument is required.\n', 255)
  const device = deviceNamed(call, name)
  const one = { ...parse(text), ...(hasBroadcast && { hasBroadcast }) }
  const version = one.address.length === 4 ? "ipv4" : "ipv6"
  const errno = isAdded ? addAddress(device, one) : removeAddress(device, one)
  if (errno === "EEXIST")
    throw refused(`${version}: ${version === "ipv4" ? "Address" : "address"} already assigned`)
  if (errno) throw refused(`${version}: ${version === "ipv4" ? "Address" : "address"} not found`)
  call.shell.kernel.objects.collect()
  return 0
}

function parse(text: string): ReturnType<typeof parseInterfaceAddress> {
  try {
    return parseInterfaceAddress(text)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new CommandFailure(`Error: any valid prefix is expected rather than "${text}".\n`)
  }
}
