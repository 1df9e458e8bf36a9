import { errnoText, UsageError } from "../../../base/index.ts"
import { addressBytes } from "../../../kernel/index.ts"
import { CommandFailure, type Invocation } from "../../run/invocation.ts"
import type { ShellCommand } from "../support/command.ts"
import { parseFlags } from "../support/flags.ts"

/** Without -c ping goes on until it is interrupted: here after so many. */
const WITHOUT_COUNT = 3
const DATA = 56
const [V4_HEADERS, ICMP_HEADER] = [28, 8]
const TTL = 64
const UNREACHABLE = 2

export const ping: ShellCommand = {
  summary: "send echo requests: ping [-c N] [-i SECONDS] [-q] ADDRESS",
  path: "/bin/ping",
  async run(call) {
    const { on, values, operands } = parseFlags(call, "q46n", "ciWwsI")
    const [host] = operands
    if (host === undefined) throw new CommandFailure("ping: usage error: Destination address required\n", 1)
    const count = numberOf("count", values.get("c")) ?? WITHOUT_COUNT
    const interval = Number(values.get("i") ?? 1)
    const address = host === "localhost" ? "127.0.0.1" : host
    return run(call, {
      host,
      address,
      destination: bytesOf(host, address),
      count,
      interval,
      isQuiet: on.has("q"),
    })
  },
}

interface Wanted {
  readonly host: string
  readonly address: string
  readonly destination: Uint8Array
  readonly count: number
  /** Seconds between two requests. */
  readonly interval: number
  readonly isQuiet: boolean
}

async function run(
  call: Invocation,
  { host, address, destination, count, interval, isQuiet }: Wanted,
): Promise<number> {
  const { process, shell } = call
  const { clock, world } = shell.kernel
  const isV4 = destination.length === 4
  const times: number[] = []
  const start = clock.now()
  for (let sequence = 1; sequence <= count; sequence++) {
    if (sequence > 1) await world.sleep(interval * 1000)
    const before = clock.now()
    const { sent, isAnswered } = process.echo(destination, sequence)
    if (sent === "ENETUNREACH") throw new CommandFailure(`ping: connect: ${errnoText(sent)}\n`, UNREACHABLE)
    if (sequence === 1)
      call.out(
        isV4
          ? `PING ${host} (${address}) ${DATA}(${DATA + V4_HEADERS}) bytes of data.\n`
          : `PING ${host}(${address}) ${DATA} data bytes\n`,
      )
    if (sent !== undefined) call.err(`ping: sendmsg: ${errnoText(sent)}\n`)
    if (!isAnswered) continue
    const time = Number(clock.now() - before) / 1e6
    times.push(time)
    if (!isQuiet)
      call.out(
        `${DATA + ICMP_HEADER} bytes from ${host === address ? host : `${host} (${address})`}: icmp_seq=${sequence} ttl=${TTL} time=${shortTime(time)} ms\n`,
      )
  }
  call.out(summary(host, count, times, Number(clock.now() - start) / 1e6))
  return times.length > 0 ? 0 : 1
}

function summary(host: string, count: number, times: readonly number[], elapsed: number): string {
  const lost = Math.round(((count - times.length) * 100_000) / count) / 1000
  const text = `\n--- ${host} ping statistics ---\n${count} packets transmitted, ${times.length} received, ${lost}% packet loss, time ${Math.floor(elapsed)}ms\n`
  if (times.length === 0) return `${text}\n`
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  const deviation = Math.sqrt(
    Math.max(0, times.reduce((sum, time) => sum + time * time, 0) / times.length - mean * mean),
  )
  const figures = [Math.min(...times), mean, Math.max(...times), deviation].map(value => value.toFixed(3))
  return `${text}rtt min/avg/max/mdev = ${figures.join("/")} ms\n`
}

/** Three digits that say something, as ping shows times. */
function shortTime(milliseconds: number): string {
  if (milliseconds >= 100) return milliseconds.toFixed(0)
  if (milliseconds >= 10) return milliseconds.toFixed(1)
  return milliseconds.toFixed(milliseconds >= 1 ? 2 : 3)
}

function bytesOf(host: string, address: string): Uint8Array {
  try {
    return addressBytes(address)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new CommandFailure(`ping: ${host}: Name or service not known\n`, UNREACHABLE)
  }
}

function numberOf(what: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new CommandFailure(`ping: invalid ${what}: '${text}'\n`)
}
