import { expect, test } from "vitest"
import { Clock } from "./clock.ts"

function clockWithLog(): { clock: Clock; log: string[]; at: (delay: bigint, name: string) => () => void } {
  const clock = new Clock()
  const log: string[] = []
  const start = clock.now()
  const at = (delay: bigint, name: string) =>
    clock.schedule(start + delay, () => log.push(`${name} at ${clock.now() - start}`))
  return { clock, log, at }
}

test("what is due happens in order, each at its own time", () => {
  const { clock, log, at } = clockWithLog()
  at(30n, "third")
  at(10n, "first")
  at(10n, "second")
  at(99n, "never")
  clock.advance(50n)
  expect(log).toEqual(["first at 10", "second at 10", "third at 30"])
})

test("while the clock is held nothing happens; afterwards all that was due", () => {
  const { clock, log, at } = clockWithLog()
  at(10n, "one")
  clock.hold()
  clock.hold()
  clock.advance(20n)
  clock.resume()
  expect(log).toEqual([])
  clock.resume()
  expect(log).toEqual(["one at 20"])
})

test("an appointment can be taken back", () => {
  const { clock, log, at } = clockWithLog()
  const cancel = at(10n, "one")
  cancel()
  cancel()
  clock.advance(20n)
  expect(log).toEqual([])
})

test("what schedules itself again ends with the time that passes", () => {
  const clock = new Clock()
  let runs = 0
  const again = (): void => {
    runs += 1
    clock.advance(10n)
    clock.schedule(clock.now(), again)
  }
  clock.schedule(clock.now(), again)
  clock.advance(100n)
  expect(runs).toBe(11)
})
