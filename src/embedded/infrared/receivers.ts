import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { FileOperations } from "../files/index.ts"
import { InfraredReceiver } from "./receiver.ts"

export const FIRST_RECEIVER = "/dev/lirc0"
const DEVICE = { kind: "char", major: 248, minor: 0 } as const
/** What may be sent at once: so many durations, so long in all. */
const MOST_DURATIONS = 1024
const MOST_MICROSECONDS = 500_000
const NANOSECONDS = 1000n
const [EINVAL, EAGAIN] = [-errnoNumber("EINVAL"), -errnoNumber("EAGAIN")]

/** The infrared receivers of the machine. */
export class Receivers {
  readonly #byPath = new Map<string, InfraredReceiver>()

  constructor(kernel: KernelCore) {
    const receiver = new InfraredReceiver(kernel)
    this.#byPath.set(FIRST_RECEIVER, receiver)
    kernel.files.create(FIRST_RECEIVER, { mode: 0o600, device: DEVICE, operations: operationsOf(receiver) })
  }

  ofPath(path: string): InfraredReceiver | undefined {
    return this.#byPath.get(path)
  }

  all(): Iterable<InfraredReceiver> {
    return this.#byPath.values()
  }

  /** The receiver whose programs have their context at an address. */
  ofContext(address: number): InfraredReceiver | undefined {
    return [...this.#byPath.values()].find(({ contextAddress }) => contextAddress === address)
  }
}

function operationsOf(receiver: InfraredReceiver): FileOperations {
  return {
    // What it sees goes to programs alone: reading it is not modelled, and a reader that does not wait has nothing.
    read: () => EAGAIN,
    write(kernel, _file, bytes) {
      const durations = [...new Uint32Array(bytes.slice().buffer, 0, bytes.length >> 2)]
      const whole = durations.reduce((sum, duration) => sum + duration, 0)
      const isEven = durations.length % 2 === 0
      if (bytes.length < 4 || bytes.length % 4 !== 0 || durations.length > MOST_DURATIONS || isEven)
        return EINVAL
      if (whole > MOST_MICROSECONDS || durations.includes(0)) return EINVAL
      receiver.see(durations)
      kernel.clock.advance(BigInt(whole) * NANOSECONDS)
      return bytes.length
    },
  }
}
