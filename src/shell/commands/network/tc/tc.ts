import { CommandFailure } from "../../../run/invocation.ts"
import type { ShellCommand } from "../../support/command.ts"
import { abbreviated, notSupported, Words } from "../words.ts"
import { filter } from "./filter.ts"
import { qdisc } from "./qdisc.ts"

const SUBJECTS = { qdisc, filter } as const
const NAMES = ["qdisc", "class", "filter", "chain", "action", "monitor", "exec"] as const

const USAGE = `Usage: tc { qdisc | filter } { add | del | show } dev NAME …
where  qdisc:  clsact
       filter: { ingress | egress } [ pref N ] [ handle H ] bpf [ da ] obj FILE [ sec NAME ]
`

export const tc: ShellCommand = {
  summary: "programs on what devices receive and send: tc qdisc|filter …",
  path: "/usr/sbin/tc",
  run(call) {
    const words = new Words(call.args)
    while (/^-[sdjpnN]/.test(words.peek() ?? "")) words.next()
    const subject = words.next()
    if (subject === undefined || subject === "help") {
      call.err(USAGE)
      return 255
    }
    const name = abbreviated(subject, NAMES)
    if (!name) throw new CommandFailure(`Object "${subject}" is unknown, try "tc help".\n`)
    if (name !== "qdisc" && name !== "filter") throw notSupported(`'tc ${name}'`)
    return SUBJECTS[name](call, words)
  },
}
