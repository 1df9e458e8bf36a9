import { decodeUtf8 } from "../../../../base/index.ts"
import { readObject } from "../../../../object/index.ts"
import { bootKernel } from "../../../boot.ts"
import type { EmbeddedKernel } from "../../../embedded-kernel.ts"
import type { EmbeddedObject } from "../../../load/loaded-object.ts"
import type { NetDevice } from "../../device.ts"

/** What a program has noted: where it ran, with numbers. */
export interface Note {
  readonly where: string
  readonly ingress: number
  readonly egress: number
  readonly length: number
  readonly cpu: number
}

/** v0 (10.1.1.1) and v1 (10.1.1.2) in "far"; w0 (10.2.2.1) and w1 (10.2.2.2) in "other". */
export interface XdpBench {
  readonly kernel: EmbeddedKernel
  readonly v0: NetDevice
  readonly v1: NetDevice
  readonly w0: NetDevice
  readonly w1: NetDevice
  load(globals?: Readonly<Record<string, unknown>>): Promise<EmbeddedObject>
  notes(object: EmbeddedObject): string[]
}

/** `bytes` are those of fixtures/xdp.bpf.o. */
export async function xdpBench(bytes: Uint8Array, release = "6.12"): Promise<XdpBench> {
  const kernel = await bootKernel({ release })
  const object = readObject(bytes, { name: "xdp" })
  const { network, world } = kernel
  world.makePair(
    { name: "v0", addresses: ["10.1.1.1/24"] },
    { name: "v1", namespace: "far", addresses: ["10.1.1.2/24"] },
  )
  world.makePair(
    { name: "w0", addresses: ["10.2.2.1/24"] },
    { name: "w1", namespace: "other", addresses: ["10.2.2.2/24"] },
  )
  const device = (namespace: string | undefined, name: string): NetDevice =>
    (namespace === undefined ? network.initial : network.existing(namespace)).device(name)!
  return {
    kernel,
    v0: device(undefined, "v0"),
    v1: device("far", "v1"),
    w0: device(undefined, "w0"),
    w1: device("other", "w1"),
    load: globals => kernel.load(object, { ...(globals && { globals }) }),
    notes: loaded =>
      loaded.events({ notes: "note" }).map(({ value }) => {
        const { where, ingress, egress, length } = value as Note
        const text =
          typeof where === "string" ? where : decodeUtf8(Uint8Array.from(where)).replace(/\0.*$/s, "")
        return `${text} ${ingress} ${egress} ${length}`
      }),
  }
}
