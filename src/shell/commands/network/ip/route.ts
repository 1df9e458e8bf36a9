import { UsageError } from "../../../../base/index.ts"
import {
  type NetDevice,
  type NetNamespace,
  ROUTE_ERRORS,
  type Route,
  sameBytes,
  type TunnelHook,
} from "../../../../embedded/index.ts"
import { addressBytes, parseNetwork } from "../../../../kernel/index.ts"
import type { SectionProgram } from "../../../objects/section-program.ts"
import { CommandFailure, type Invocation } from "../../../run/invocation.ts"
import { deviceNamed, namespaceOf } from "../device.ts"
import { readProgram } from "../read-program.ts"
import { abbreviated, notSupported, type Words } from "../words.ts"
import { answers, refused } from "./answers.ts"
import type { IpOptions } from "./options.ts"
import { getText, routeLine } from "./route-text.ts"

const COMMANDS = [
  "list",
  "show",
  "lst",
  "get",
  "add",
  "replace",
  "change",
  "append",
  "delete",
  "flush",
  "help",
] as const
/** Families by how many bytes their addresses have. */
const BYTES = { 4: 4, 6: 16 } as const

export async function route(call: Invocation, words: Words, options: IpOptions): Promise<number> {
  const word = words.next() ?? "show"
  switch (abbreviated(word, COMMANDS)) {
    case "list":
    case "show":
    case "lst":
      return show(call, words, options)
    case "get":
      return get(call, words)
    case "add":
      return add(call, words, options)
    case "delete":
      return remove(call, words, options)
    case undefined:
      throw new CommandFailure(`Command "${word}" is unknown, try "ip route help".\n`, 255)
    default:
      throw notSupported(`'ip route ${word}'`)
  }
}

/** What `ip route` tells of: those for other machines, by address. */
function mainTable(namespace: NetNamespace, bytes: number): Route[] {
  return namespace.routes
    .all()
    .filter(
      ({ kind, destination, device }) =>
        destination.length === bytes && (kind === "unicast" ? device.isUp : kind !== "local"),
    )
    .sort((a, b) => compareBytes(a.destination, b.destination) || b.prefix - a.prefix)
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index])
  return at < 0 ? 0 : a[at]! - b[at]!
}

function show(call: Invocation, words: Words, { family = 4 }: IpOptions): number {
  let [network, name]: (string | undefined)[] = []
  while (!words.isEmpty) {
    if (words.takes("dev")) name = words.value()
    else if (words.takes("table")) {
      const table = words.value()
      if (table !== "main") throw notSupported(`table ${table}`)
    } else {
      words.takes("to", "exact", "root", "match")
      network = words.value()
    }
  }
  const wanted = network === undefined ? undefined : networkOf(network, family)
  const device = name === undefined ? undefined : deviceNamed(call, name)
  const routes = mainTable(namespaceOf(call), wanted?.address.length ?? BYTES[family]).filter(
    each => (!wanted || isRoute(each, wanted)) && (!device || each.device === device),
  )
  call.out(routes.map(each => routeLine(each, device === undefined)).join(""))
  return 0
}

function isRoute({ destination, prefix }: Route, network: ReturnType<typeof parseNetwork>): boolean {
  return prefix === network.prefix && sameBytes(destination, network.address)
}

/** "default" or a network. Throws CommandFailure. */
function networkOf(text: string, family: 4 | 6): ReturnType<typeof parseNetwork> {
  if (text === "default") return parseNetwork(family === 4 ? "0.0.0.0/0" : "::/0")
  return parsed(text, "prefix", () => parseNetwork(text))
}

function parsed<T>(text: string, what: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new CommandFailure(`Error: any valid ${what} is expected rather than "${text}".\n`)
  }
}

function get(call: Invocation, words: Words): number {
  const text = words.value()
  const destination = parsed(text, "address", () => addressBytes(text))
  const found = namespaceOf(call).routes.find(destination)
  if (!found) return answers("ENETUNREACH")
  const refusal = ROUTE_ERRORS[found.kind]
  if (refusal) return answers(refusal)
  call.out(getText(found, destination, call.shell.kernel.network.loopback(namespaceOf(call))))
  return 0
}

interface Told {
  readonly network: ReturnType<typeof parseNetwork>
  readonly gateway: Uint8Array | undefined
  readonly name: string | undefined
  readonly programs: ReadonlyMap<TunnelHook, SectionProgram>
  /** Of routes that refuse. */
  readonly kind: "blackhole" | "unreachable" | "prohibit" | undefined
  /** Of an outer header that packets go over. */
  readonly segments: readonly Uint8Array[] | undefined
}

async function told(call: Invocation, words: Words, { family }: IpOptions): Promise<Told> {
  const programs = new Map<TunnelHook, SectionProgram>()
  let [text, via, name]: (string | undefined)[] = []
  let segments: readonly Uint8Array[] | undefined
  let kind: Told["kind"]
  while (!words.isEmpty) {
    if (words.takes("dev")) name = words.value()
    else if (words.takes("via")) {
      words.takes("inet", "inet6")
      via = words.value()
    } else if (words.takes("encap")) {
      const kind = words.value()
      if (kind === "bpf") await readTunnel(call, words, programs)
      else if (kind === "seg6") segments = readSegments(words)
      else throw notSupported(`'encap ${kind}'`)
    } else if (text === undefined) {
      kind = (["blackhole", "unreachable", "prohibit"] as const).find(each => words.takes(each))
      words.takes("to", "unicast")
      text = words.value()
    } else throw notSupported(`'${words.peek()}' of a route`)
  }
  if (text === undefined) throw new CommandFailure('Command line is not complete. Try option "help"\n', 255)
  const byGateway = via?.includes(":") ? 6 : 4
  const network = networkOf(text, family ?? byGateway)
  const gateway = via === undefined ? undefined : parsed(via, "gateway", () => addressBytes(via))
  return { network, gateway, name, programs, segments, kind }
}

/** "mode encap segs A,B": the other modes are not modelled. */
function readSegments(words: Words): readonly Uint8Array[] {
  words.takes("mode")
  const mode = words.value()
  if (mode !== "encap") throw notSupported(`'encap seg6 mode ${mode}'`)
  if (!words.takes("segs")) throw notSupported(`'encap seg6 … ${words.peek() ?? ""}'`)
  return words
    .value()
    .split(",")
    .map(text => parsed(text, "segment", () => addressBytes(text)))
}

/** "in obj FILE section NAME out …". */
async function readTunnel(
  call: Invocation,
  words: Words,
  programs: Map<TunnelHook, SectionProgram>,
): Promise<void> {
  for (;;) {
    const hook = (["in", "out", "xmit"] as const).find(each => words.takes(each))
    if (!hook) return
    const found = await readProgram(call, `lwt_${hook}`, words)
    if (typeof found === "string")
      throw new CommandFailure(`${found}\nFailed to parse eBPF program: No such file or directory\n`, 255)
    programs.set(hook, found)
  }
}

async function add(call: Invocation, words: Words, options: IpOptions): Promise<number> {
  const route = await told(call, words, options)
  try {
    addRoute(call, route)
    return 0
  } finally {
    for (const program of route.programs.values()) await program.close()
  }
}

function addRoute(call: Invocation, { network, gateway, name, programs, segments, kind }: Told): void {
  const { routes } = namespaceOf(call)
  if (kind) {
    const { address: destination, prefix } = network
    const device = call.shell.kernel.network.loopback(namespaceOf(call))
    if (mainTable(device.namespace, destination.length).some(each => isRoute(each, network)))
      answers("EEXIST")
    routes.add({ destination, prefix, kind, device })
    return
  }
  const device = name === undefined ? deviceTo(call, gateway) : deviceNamed(call, name)
  if (!device.isUp) throw refused("Device for nexthop is not up")
  const onLink = gateway && routes.find(gateway)
  if (gateway && (onLink?.kind !== "unicast" || onLink.gateway || onLink.device !== device))
    throw refused("Nexthop has invalid gateway")
  if (mainTable(device.namespace, network.address.length).some(each => isRoute(each, network)))
    answers("EEXIST")
  routes.add({
    ...{ destination: network.address, prefix: network.prefix, kind: "unicast", device },
    ...(gateway && { gateway }),
    ...(segments && { segments }),
    ...(programs.size > 0 && {
      tunnel: Object.fromEntries([...programs].map(([hook, { attachment }]) => [hook, attachment])),
      labels: Object.fromEntries([...programs].map(([hook, { label }]) => [hook, label])),
    }),
  })
}

/** The device that leads to a gateway. */
function deviceTo(call: Invocation, gateway: Uint8Array | undefined): NetDevice {
  if (!gateway) {
    answers("ENODEV")
  }
  const found = gateway && namespaceOf(call).routes.find(gateway)
  if (found?.kind !== "unicast" || found.gateway) throw refused("Nexthop has invalid gateway")
  return found.device
}

async function remove(call: Invocation, words: Words, options: IpOptions): Promise<number> {
  const { network, name, gateway, programs } = await told(call, words, options)
  for (const program of programs.values()) await program.close()
  const namespace = namespaceOf(call)
  const device = name === undefined ? undefined : deviceNamed(call, name)
  const found = mainTable(namespace, network.address.length).find(
    each =>
      isRoute(each, network) &&
      (!device || each.device === device) &&
      (!gateway || (each.gateway && sameBytes(each.gateway, gateway))),
  )
  if (!found) return answers("ESRCH")
  namespace.routes.remove(each => each === found)
  call.shell.kernel.objects.collect()
  return 0
}
