/** Nanoseconds between the boot of the model and the first action: a kernel that has been up for a while. */
const UPTIME_AT_START = 10_000_000_000n
/** 2025-01-01 00:00:00 UTC: when the model booted. Wall-clock time never comes from the host. */
const BOOT_WALL_TIME = 1_735_689_600_000_000_000n

/** Deterministic time: it moves only when the kernel does something. */
export class Clock {
  /** Nanoseconds between 1970 and boot. */
  readonly bootTime = BOOT_WALL_TIME
  #now = UPTIME_AT_START

  /** Nanoseconds since boot. */
  now(): bigint {
    return this.#now
  }

  advance(nanoseconds: bigint): void {
    this.#now += nanoseconds
  }
}
