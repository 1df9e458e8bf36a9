import { beforeEach, describe, expect, test } from "vitest"
import { NotModelledError } from "../../base/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import type { Process } from "../world/process.ts"
import { dispositionOf, type SignalName, signalName, signalNumber } from "./signal-numbers.ts"

const profile = await loadBuiltinProfile("6.12")
let kernel: EmbeddedKernel
let process: Process

beforeEach(() => {
  kernel = new EmbeddedKernel(profile)
  process = kernel.world.spawn()
})

/** Sends to the process as a program does that runs for it, and lets it go back to user space. */
function send(signal: SignalName | number, toProcess = true): number {
  kernel.current = process.task
  const number = typeof signal === "number" ? signal : signalNumber(signal)
  const result = kernel.sendSignal(number, toProcess)
  kernel.current = kernel.world.shell.task
  return result
}

test("signals have their numbers, and what they do by themselves", () => {
  expect([signalNumber("SIGKILL"), signalNumber("SIGTERM"), signalNumber("SIGSYS")]).toEqual([9, 15, 31])
  expect([signalName(11), signalName(40)]).toEqual(["SIGSEGV", "SIG40"])
  expect([9, 11, 17, 19, 40].map(dispositionOf)).toEqual([
    ...["terminate", "dump core", "ignore", "stop", "terminate"],
  ])
})

describe("a signal", () => {
  test.each(["SIGKILL", "SIGTERM", "SIGSEGV"] as const)(
    "%s ends a process as it leaves the kernel",
    signal => {
      expect(send(signal)).toBe(0)
      expect(process.end).toBeUndefined()
      process.getppid()
      expect(process.end).toEqual({ signal })
      expect(kernel.taskOfPid(process.pid)).toBeUndefined()
    },
  )

  test("that is ignored does nothing, one that is none is refused", () => {
    expect([send("SIGCHLD"), send(0), send(65), send(-1)]).toEqual([0, 0, -22, -22])
    process.getppid()
    expect(process.end).toBeUndefined()
  })

  test("is not sent to init, to threads of the kernel, nor to a process that ends", () => {
    kernel.current = kernel.idle
    expect(kernel.sendSignal(9, true)).toBe(-1)
    kernel.current = kernel.world.shell.task.parent!
    expect(kernel.sendSignal(9, true)).toBe(-1)
    kernel.current = kernel.world.shell.task
    const { task } = process
    process.exit()
    kernel.current = task
    expect(kernel.sendSignal(9, true)).toBe(-1)
  })

  test("is handled where the program says so, once for the process and once for the thread", () => {
    const seen: string[] = []
    process.onSignal("SIGUSR1", () => seen.push("one"))
    process.onSignal("SIGURG", () => seen.push("urgent"))
    expect(process.onSignal("SIGKILL", () => undefined)).toEqual({ ok: false, errno: "EINVAL" })
    for (const signal of ["SIGUSR1", "SIGUSR1", "SIGURG"] as const) send(signal)
    send("SIGUSR1", false)
    process.getppid()
    expect(seen).toEqual(["one", "one", "urgent"])
    expect(process.task.object.get("pending.signal.sig")).toBe(0n)
  })

  test("of the real-time ones counts as often as it is sent", () => {
    send(40)
    send(40)
    expect(process.task.signals.process).toEqual([40, 40])
    send("SIGTERM")
    send("SIGTERM")
    expect(process.task.signals.process).toEqual([40, 40, 15])
  })

  test("is handled by children too, but not by the program that comes after an exec", () => {
    let count = 0
    process.onSignal("SIGUSR1", () => count++)
    const child = process.fork()
    kernel.current = child.task
    kernel.sendSignal(signalNumber("SIGUSR1"), true)
    kernel.current = kernel.world.shell.task
    child.getppid()
    expect([count, child.end]).toEqual([1, undefined])
    child.exec("/bin/true")
    kernel.current = child.task
    kernel.sendSignal(signalNumber("SIGUSR1"), true)
    kernel.current = kernel.world.shell.task
    child.getppid()
    expect([count, child.end]).toEqual([1, { signal: "SIGUSR1" }])
  })

  test("that stops a process says that processes are not stopped", () => {
    send("SIGSTOP")
    expect(() => process.getppid()).toThrow(NotModelledError)
  })
})

test("what a process exits with is its end", () => {
  process.exit(3)
  expect(process.end).toEqual({ status: 3 })
})

test("the shell sees 128 and the number of the signal that ended a program", async () => {
  const { status } = await kernel.world.exec("/bin/true", {
    body: child => {
      kernel.current = child.task
      kernel.sendSignal(15, true)
      kernel.current = kernel.world.shell.task
      child.getppid()
    },
  })
  expect(status).toBe(143)
})
