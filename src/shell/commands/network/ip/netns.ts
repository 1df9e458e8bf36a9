import { errnoText } from "../../../../base/index.ts"
import { type NetNamespace, setUp } from "../../../../embedded/index.ts"
import { CommandFailure, type Invocation } from "../../../run/invocation.ts"
import { runProgram } from "../../../run/run-program.ts"
import { abbreviated, notSupported, type Words } from "../words.ts"

const COMMANDS = [
  "list",
  "show",
  "lst",
  "add",
  "delete",
  "exec",
  "identify",
  "pids",
  "set",
  "attach",
  "monitor",
] as const
/** A scripted wire's other end: no namespace of the machine's. */
const HIDDEN = /^wire-/

export async function netns(call: Invocation, words: Words): Promise<number> {
  const { network } = call.shell.kernel
  const word = words.next() ?? "list"
  switch (abbreviated(word, COMMANDS)) {
    case "list":
    case "show":
    case "lst": {
      const names = network
        .namespaces()
        .flatMap(({ name }) => (name === undefined || HIDDEN.test(name) ? [] : [name]))
      // The youngest first, as the folder of their files is read.
      call.out(
        names
          .reverse()
          .map(name => `${name}\n`)
          .join(""),
      )
      return 0
    }
    case "add":
      return add(call, words.value())
    case "delete":
      return remove(call, words.value())
    case "exec":
      call.process.task.netns = namespaceNamed(call, words.value())
      return runProgram(call.shell, call.process, words.rest())
    case undefined:
      throw new CommandFailure(`Command "${word}" is unknown, try "ip netns help".\n`, 255)
    default:
      throw notSupported(`'ip netns ${word}'`)
  }
}

/** Throws CommandFailure. */
export function namespaceNamed({ shell }: Invocation, name: string): NetNamespace {
  const namespace = shell.kernel.network.named(name)
  if (!namespace)
    throw new CommandFailure(`Cannot open network namespace "${name}": ${errnoText("ENOENT")}\n`, 255)
  return namespace
}

/** In a new one the loopback device is down. */
function add({ shell }: Invocation, name: string): number {
  const { network } = shell.kernel
  if (network.named(name))
    throw new CommandFailure(`Cannot create namespace file "/run/netns/${name}": ${errnoText("EEXIST")}\n`)
  const loopback = network.loopback(network.namespace(name))
  setUp(loopback, false)
  loopback.addresses.splice(0)
  loopback.namespace.routes.removeDevice(loopback)
  loopback.hasQueue = false
  return 0
}

function remove({ shell }: Invocation, name: string): number {
  const { network } = shell.kernel
  const namespace = network.named(name)
  if (!namespace)
    throw new CommandFailure(`Cannot remove namespace file "/run/netns/${name}": ${errnoText("ENOENT")}\n`)
  for (const device of [...namespace.devices.values()]) if (device.peer) network.removeDevice(device.peer)
  network.removeNamespace(namespace)
  return 0
}
