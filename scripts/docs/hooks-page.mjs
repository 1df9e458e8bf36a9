// The page of hooks from runs of exhibits; hooks.mjs writes it, and a test compares it.
import { hookFigure } from "./hook-figure.mjs"
import { mergeOrders } from "./merge-orders.mjs"
import { pathTable } from "./path-table.mjs"

/** The release that is drawn. */
export const RELEASE = "6.12"

/** System calls and their exhibits: what is observed has the call's name. */
const CALLS = { execve: "exec-path", openat: "open-path", unlinkat: "unlink-path", connect: "connect-path" }

/** What has to run for the page. */
export const EXHIBITS = ["packet-path", ...Object.values(CALLS)]

/** Program types that belong to packets and sockets, not to tracing. */
const NETWORK = ["cgroup_sock_addr", "sock_ops", "cgroup_skb", "sk_lookup"]

/**
 * `runs`: what runExhibit gave, by exhibit; `hooks`: the hook of each program of packet-path; `contexts`: the catalogue's, by
 * program type. Gives the page and its figure.
 */
export function hooksPage({ runs, hooks, contexts }) {
  const { observed, programs } = runs["packet-path"]
  const { made, sent, sentOver, received, served, forwarded, closed } = observed
  const programOf = new Map(Object.entries(hooks).map(([program, hook]) => [hook, program]))
  const described = (hook, number) => {
    const type = programs.find(({ name }) => name === programOf.get(hook))?.type
    const { layout } = contexts[type]
    return { hook, number: String(number), type, context: layout }
  }
  const numbered = steps => steps.map((hook, index) => described(hook, index + 1))
  const ways = {
    receive: numbered([...mergeOrders(served, received), ...closed]),
    send: numbered([...made, ...mergeOrders(sent, sentOver)]),
  }
  const shared = [...ways.receive, ...ways.send].map(({ hook }) => hook)
  ways.through = numbered(forwarded).filter(({ hook }) => !shared.includes(hook))
  return { page: pageOf(runs, ways), figure: hookFigure(ways) }
}

function pageOf(runs, ways) {
  const { observed } = runs["packet-path"]
  return `# Hooks in the order in which they run

Written by \`npm run docs:hooks\` from runs of exhibits on the embedded kernel ${RELEASE}; on Linux the same exhibits show the same
order (see [kernels](kernels.md)). Nothing here is listed by hand: each program of an exhibit notes that it ran.

## A datagram

[packet-path](../exhibits/packet-path/README.md) has a program on every hook that a UDP datagram passes. Each box is a program: its place in the order, its
hook, its program type and the type of its context.

![The hooks of a datagram on its way in, through and out](hooks.svg)

Two datagrams made each way. In: the socket of the second one was in a sockmap, whose \`sk_skb\` program gets a datagram before any
reader does; \`recvmsg4\` is asked of the first alone. Out: one went over a route with \`lwt_out\`, one over a route with \`lwt_xmit\`.
The socket was made and bound before, and closed in the end. The datagram on its way through belongs to no socket: no control
group's program sees it. It leaves by a device without programs.

${wayTable("In", ways.receive)}

${wayTable("Out", ways.send)}

Through: ${observed.forwarded.join(" → ")}.

## A connection

[connect-path](../exhibits/connect-path/README.md) connects a TCP socket to one that listens on the same machine: three segments go over the loopback device
before the call returns. The programs of packets and sockets among those on its way:

${networkTable(runs["connect-path"])}

${Object.entries(CALLS)
  .map(([call, name]) => callSection(call, name, runs[name]))
  .join("\n\n")}
`
}

function wayTable(title, steps) {
  const rows = steps.map(
    ({ number, hook, type, context }) => `| ${number} | ${hook} | ${type} | ${context} |`,
  )
  return [`| ${title} | hook | program type | context |`, "| --- | --- | --- | --- |", ...rows].join("\n")
}

/** The program type of a step: its section's; the program of sock_ops tells its events apart by a word behind. */
function typesOf({ programs }) {
  const types = new Map(programs.map(({ section, type }) => [section, type]))
  return step => types.get(step) ?? types.get(step.split(" ")[0]) ?? "unknown"
}

function networkTable(run) {
  const typeOf = typesOf(run)
  const steps = run.observed.connect.filter(step => NETWORK.includes(typeOf(step)))
  const rows = steps.map((step, index) => `| ${index + 1} | ${step} | ${typeOf(step)} |`)
  return ["| order | hook | program type |", "| --- | --- | --- |", ...rows].join("\n")
}

function callSection(call, name, run) {
  const steps = run.observed[call]
  return `## ${call}(2)

${steps.length} programs run on its way ([${name}](../exhibits/${name}/README.md)): at a function's beginning and end, where the security modules are asked,
at events.

${pathTable(steps, typesOf(run))}`
}
