import type { KernelCore } from "../../core.ts"
import type { DeviceEntry, TailTarget } from "../../maps/index.ts"
import type { KernelObject } from "../../memory/index.ts"
import { NetDevice } from "../device.ts"

/** A struct for the arguments of a tracepoint: made when a program asks for its address, and gone after it has fired. */
export class PassingObject {
  readonly #make: () => readonly KernelObject[]
  #objects: readonly KernelObject[] | undefined

  /** The first object is the one that is meant; the others are those it points to. */
  constructor(make: () => readonly KernelObject[]) {
    this.#make = make
  }

  get address(): number {
    this.#objects ??= this.#make()
    return this.#objects[0]?.address ?? 0
  }

  free(): void {
    for (const object of this.#objects ?? []) object.free()
    this.#objects = undefined
  }
}

/** BPF_PROG_TYPE_XDP */
const XDP = 6

/** struct bpf_prog of an XDP program. */
export function programObject({ types }: KernelCore, { id, name }: TailTarget): PassingObject {
  return new PassingObject(() => {
    const aux = types.create("bpf_prog_aux", { id, name })
    return [types.create("bpf_prog", { type: XDP, aux }), aux]
  })
}

/** struct bpf_dtab_netdev of a devmap's element. */
export function entryObject({ types }: KernelCore, { device }: DeviceEntry): PassingObject {
  return new PassingObject(() => [types.create("bpf_dtab_netdev", { dev: deviceOf(device).object })])
}

/** The devices that maps hold are this kernel's. */
export function deviceOf(device: DeviceEntry["device"]): NetDevice {
  if (device instanceof NetDevice) return device
  throw new Error("BUG: a map holds a device of another kernel")
}
