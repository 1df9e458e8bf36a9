import type { KernelCore } from "../../core.ts"
import { XDP_CONTEXT_BYTES, XdpContext } from "../../packets/index.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import type { NetDevice } from "../device.ts"
import { ETHERNET_HEADER } from "../headers.ts"
import { HEADROOM, TAILROOM } from "../packet-room.ts"
import { Skb } from "../skb.ts"
import { FACTS, XDP } from "./actions.ts"
import { vethTailroom } from "./buffer.ts"
import { finishDriver } from "./native.ts"

/** Frames whose programs run in one call into WebAssembly. */
const BATCH = 256
const RESULT_BYTES = 8
const BUFFER_AT = Math.ceil(XDP_CONTEXT_BYTES / 64) * 64
/** bpf_tail_call, bpf_redirect and bpf_redirect_map: where these want a frame is asked for after each run. */
const ONE_AT_A_TIME: readonly number[] = [12, 23, 51]
const [CALL, HELPER_CALL] = [0x85, 0]

/** Whether a program's runs can follow each other without a look at what each left besides its verdict. */
export function runsInBursts({ program }: Attachment): boolean {
  return !program.executable.instructions.some(
    ({ opcode, src, imm }) => opcode === CALL && src === HELPER_CALL && ONE_AT_A_TIME.includes(Number(imm)),
  )
}

/** A driver's ring of buffers: frames come in many at a time, and only those that go on become packets. */
export class BurstRing {
  readonly #kernel: KernelCore
  readonly #device: NetDevice
  readonly #attachment: Attachment
  readonly #slots: number
  readonly #results: number
  readonly #step: number
  readonly #contexts: readonly XdpContext[]
  readonly #tailroom: (length: number) => number
  #count = 0

  constructor(kernel: KernelCore, device: NetDevice, attachment: Attachment) {
    const { memory } = kernel
    this.#kernel = kernel
    this.#device = device
    this.#attachment = attachment
    const tailroom = vethTailroom(kernel)
    this.#tailroom = length => Math.min(tailroom(length), TAILROOM)
    const longest = device.mtu + ETHERNET_HEADER
    this.#step = Math.ceil((BUFFER_AT + HEADROOM + longest + TAILROOM) / 64) * 64
    this.#slots = memory.alloc(BATCH * this.#step)
    this.#results = memory.alloc(BATCH * RESULT_BYTES)
    this.#contexts = Array.from({ length: BATCH }, (_, index) => {
      const slot = this.#slots + index * this.#step
      const context = new XdpContext(memory, slot)
      const data = slot + BUFFER_AT + HEADROOM
      const places = { start: data - HEADROOM, meta: data, data, end: data, hardEnd: data }
      context.write({ ...places, ingress: device.index, queue: 0 })
      return context
    })
  }

  add(frame: Uint8Array): void {
    const { bytes } = this.#kernel.memory
    const { length } = frame
    const data = this.#slots + this.#count * this.#step + BUFFER_AT + HEADROOM
    bytes.set(frame, data)
    const end = data + length
    this.#contexts[this.#count]!.place(data, end, end + this.#tailroom(length))
    this.#count += 1
    if (this.#count === BATCH) this.flush()
  }

  /** Runs the program on what has come, and sends on what it does not drop. */
  flush(): void {
    const kernel = this.#kernel
    const count = this.#count
    if (count === 0) return
    this.#count = 0
    const [first, results, step] = [this.#slots, this.#results, this.#step]
    kernel.network.xdpDevice = this.#device
    kernel.runMany(this.#attachment, { first, step, count, results }, FACTS)
    kernel.network.xdpDevice = undefined
    const { view } = kernel.memory
    for (let index = 0; index < count; index++) {
      const action = view.getUint32(results + index * RESULT_BYTES, true)
      if (action !== XDP.drop) this.#sendOn(this.#contexts[index]!, action)
    }
  }

  close(): void {
    const { memory } = this.#kernel
    memory.free(this.#slots)
    memory.free(this.#results)
  }

  #sendOn({ data, end, meta }: XdpContext, action: number): void {
    const kernel = this.#kernel
    const { memory } = kernel
    const skb = new Skb(kernel, this.#device, memory.bytes.subarray(data, end), ETHERNET_HEADER)
    skb.setFrame(memory.bytes.subarray(meta, data))
    finishDriver(kernel, this.#attachment, skb, action)
  }
}
