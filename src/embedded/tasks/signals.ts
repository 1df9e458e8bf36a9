import { errnoNumber, NotModelledError } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { syscall } from "../tracing/syscall.ts"
import { tracepoint } from "../tracing/tracepoint.ts"
import { doGroupExit } from "./exit.ts"
import { dispositionOf, FIRST_REALTIME, LAST_SIGNAL, signalName, signalNumber } from "./signal-numbers.ts"
import type { Task } from "./task.ts"

const EINVAL = -errnoNumber("EINVAL")
/** The kernel itself sends: what stands for the siginfo, and its code. */
const SEND_SIG_PRIV = 1
const SI_KERNEL = 0x80
/** Bytes of a sigset_t. */
const SET_BYTES = 8
const [SIGKILL, SIGSTOP] = [signalNumber("SIGKILL"), signalNumber("SIGSTOP")]

/** What became of a signal that was sent (include/trace/events/signal.h). */
const SENT = { delivered: 0, ignored: 1, alreadyPending: 2 } as const

const signalGenerate = tracepoint(
  "signal",
  "signal_generate",
  (_kernel, sig: number, _info: number, task: KernelObject, group: number, result: number) => ({
    sig,
    errno: 0,
    code: SI_KERNEL,
    comm: task.text("comm"),
    pid: task.number("pid"),
    group,
    result,
  }),
  { locks: 1, interruptsOff: true },
)

const signalDeliver = tracepoint(
  "signal",
  "signal_deliver",
  (_kernel, sig: number, _info: number, action: KernelObject) => ({
    sig,
    errno: 0,
    code: sig === SIGKILL ? 0 : SI_KERNEL,
    sa_handler: action.get("sa.sa_handler"),
    sa_flags: action.get("sa.sa_flags"),
  }),
  { locks: 1, interruptsOff: true },
)

/** True when a signal number is one, or 0, which asks whether a signal could be sent. */
export function isSignal(signal: number): boolean {
  return signal >= 0 && signal <= LAST_SIGNAL
}

/** The kernel sends a signal to a task's process, or to the thread alone: 0 or −EINVAL. It takes effect when the task goes back to user space. */
export function sendSignal(kernel: KernelCore, task: Task, signal: number, toProcess: boolean): number {
  if (!isSignal(signal)) return EINVAL
  if (signal === 0) return 0
  const queue = toProcess ? task.signals.process : task.signals.thread
  const result = isIgnored(task, signal)
    ? SENT.ignored
    : queue.includes(signal) && signal < FIRST_REALTIME
      ? SENT.alreadyPending
      : SENT.delivered
  if (result === SENT.delivered) {
    queue.push(signal)
    task.showSignals()
  }
  signalGenerate(kernel, signal, SEND_SIG_PRIV, task.object, toProcess ? 1 : 0, result)
  return 0
}

function isIgnored(task: Task, signal: number): boolean {
  return dispositionOf(signal) === "ignore" && !task.signals.handlers.has(signal)
}

/** Acts on the signals that wait for the current task, as it goes back to user space: those of the thread first. */
export function deliverSignals(kernel: KernelCore): void {
  const task = kernel.current
  const { thread, process } = task.signals
  while (!task.exited && thread.length + process.length > 0) {
    const signal = takeNext(thread.length > 0 ? thread : process)
    task.showSignals()
    signalDeliver(kernel, signal, 0, task.actionOf(signal))
    const handler = task.signals.handlers.get(signal)
    if (handler) {
      handler()
      // Which delivers the next one.
      if (!task.exited) sigreturn(kernel)
    } else act(kernel, task, signal)
  }
}

/** SIGKILL before all others, then the lowest number. */
function takeNext(queue: number[]): number {
  const next = queue.includes(SIGKILL) ? SIGKILL : Math.min(...queue)
  queue.splice(queue.indexOf(next), 1)
  return next
}

function act(kernel: KernelCore, task: Task, signal: number): void {
  const disposition = dispositionOf(signal)
  switch (disposition) {
    case "ignore":
      return
    case "terminate":
    case "dump core":
      doGroupExit(kernel, signal)
      return
    case "stop":
      throw new NotModelledError(
        `process ${task.pid} is stopped by ${signalName(signal)}: the embedded kernel does not stop processes`,
        { hint: "let it handle the signal, or send one that ends it" },
      )
    default:
      disposition satisfies never
  }
}

/** The way back from a signal's handler. */
const sigreturn = syscall("rt_sigreturn", () => 0)

/** rt_sigaction(2): what a process does about a signal; the address of its function says that it does. */
export const sigaction = syscall("rt_sigaction", (kernel, [signal, action, _old, bytes]) => {
  const number = Number(BigInt.asIntN(32, signal ?? 0n))
  if (bytes !== BigInt(SET_BYTES) || number < 1 || number > LAST_SIGNAL) return EINVAL
  if (number === SIGKILL || number === SIGSTOP) return EINVAL
  const handler = kernel.memory.view.getBigUint64(Number(action), true)
  kernel.current.actionOf(number).set("sa.sa_handler", handler)
  return 0
})
