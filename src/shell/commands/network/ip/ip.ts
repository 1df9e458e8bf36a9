import { CommandFailure, type Invocation } from "../../../run/invocation.ts"
import type { ShellCommand } from "../../support/command.ts"
import { abbreviated, notSupported, Words } from "../words.ts"
import { address } from "./address.ts"
import { link } from "./link.ts"
import { neighbour } from "./neighbour.ts"
import { namespaceNamed, netns } from "./netns.ts"
import type { IpOptions } from "./options.ts"
import { route } from "./route.ts"

type Subject = (call: Invocation, words: Words, options: IpOptions) => number | Promise<number>

const SUBJECTS: Readonly<Record<string, Subject>> = {
  address,
  link,
  neighbor: neighbour,
  neighbour,
  netns,
  route,
}
/** Names of ip's own order, for abbreviations. */
const NAMES = [
  "address",
  "addrlabel",
  "maddress",
  "route",
  "rule",
  "neighbor",
  "neighbour",
  "link",
  "l2tp",
  "tunnel",
  "tuntap",
  "monitor",
  "xfrm",
  "mroute",
  "netns",
  "vrf",
  "nexthop",
  "stats",
]

const USAGE = `Usage: ip [ -4 | -6 ] [ -d ] [ -br ] [ -force ] [ -n NETNS ] OBJECT { COMMAND | help }
where  OBJECT := { link | address | route | neighbor | netns }
`

export const ip: ShellCommand = {
  summary: "devices, addresses, routes, neighbours and namespaces: ip link|addr|route|neigh|netns …",
  path: "/usr/sbin/ip",
  run(call) {
    const words = new Words(call.args)
    const options: { -readonly [Key in keyof IpOptions]: IpOptions[Key] } = {
      isDetailed: false,
      isBrief: false,
      isForced: false,
      family: undefined,
    }
    for (let word = words.peek(); word?.startsWith("-"); word = words.peek()) {
      words.next()
      const name = word.replace(/^--?/, "")
      if (name === "4") options.family = 4
      else if (name === "6") options.family = 6
      else if (/^d(e(t(a(i(ls?)?)?)?)?)?$/.test(name)) options.isDetailed = true
      else if (/^br(i(ef?)?)?$/.test(name)) options.isBrief = true
      else if (/^fo(r(ce?)?)?$/.test(name)) options.isForced = true
      else if (/^n(e(t(ns?)?)?)?$/.test(name)) call.process.task.netns = namespaceNamed(call, words.value())
      else if (name === "V") {
        call.out("ip utility of Skep, in the words of iproute2-6.1.0\n")
        return 0
      } else if (name !== "N" && name !== "r")
        throw new CommandFailure(`Option "${word}" is unknown, try "ip -help".\n`, 255)
    }
    const subject = words.next()
    if (subject === undefined || subject === "help") {
      call.err(USAGE)
      return 255
    }
    const name = abbreviated(subject, NAMES)
    if (!name) throw new CommandFailure(`Object "${subject}" is unknown, try "ip help".\n`)
    const run = SUBJECTS[name]
    if (!run) throw notSupported(`'ip ${name}'`)
    return run(call, words, options)
  },
}
