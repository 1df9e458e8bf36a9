/** Nanoseconds between the boot of the model and the first action: a kernel that has been up for a while. */
const UPTIME_AT_START = 10_000_000_000n
/** 2025-01-01 00:00:00 UTC: when the model booted. Wall-clock time never comes from the host. */
const BOOT_WALL_TIME = 1_735_689_600_000_000_000n

interface Appointment {
  readonly time: bigint
  readonly action: () => void
}

/** Deterministic time: it moves only when the kernel does something, or when it is told to. */
export class Clock {
  /** Nanoseconds between 1970 and boot. */
  readonly bootTime: bigint
  readonly #cell: { time: bigint }
  /** By time, and those of one time in the order in which they were made. */
  readonly #appointments: Appointment[] = []
  #holds = 0
  #isRunning = false

  /** `cell` holds the nanoseconds since boot: memory that programs can read them from. */
  constructor(cell: { time: bigint } = { time: 0n }, bootTime = BOOT_WALL_TIME) {
    this.#cell = cell
    this.bootTime = bootTime
    cell.time = UPTIME_AT_START
  }

  /** Nanoseconds since boot. */
  now(): bigint {
    return this.#cell.time
  }

  /** Lets time pass: what is due meanwhile happens, each thing at its own time, unless the clock is held. */
  advance(nanoseconds: bigint): void {
    const end = this.#cell.time + nanoseconds
    if (this.#holds === 0) this.#runUntil(end)
    if (this.#cell.time < end) this.#cell.time = end
  }

  /** Does `action` at `time`, or as soon as nothing holds the clock; the answer takes it back. */
  schedule(time: bigint, action: () => void): () => void {
    const appointment = { time, action }
    const later = this.#appointments.findIndex(other => other.time > time)
    this.#appointments.splice(later < 0 ? this.#appointments.length : later, 0, appointment)
    return () => {
      const at = this.#appointments.indexOf(appointment)
      if (at >= 0) this.#appointments.splice(at, 1)
    }
  }

  /** While a program runs nothing else does: what becomes due waits for the matching `resume`. */
  hold(): void {
    this.#holds += 1
  }

  resume(): void {
    this.#holds -= 1
    if (this.#holds === 0) this.#runUntil(this.#cell.time)
  }

  #runUntil(end: bigint): void {
    // What happens takes time itself.
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      for (;;) {
        const next = this.#appointments[0]
        if (!next || next.time > end) return
        this.#appointments.shift()
        if (this.#cell.time < next.time) this.#cell.time = next.time
        next.action()
      }
    } finally {
      this.#isRunning = false
    }
  }
}
