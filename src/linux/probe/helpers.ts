import type { ProgramTypeName, ProgramTypeRow } from "../../catalog/index.ts"
import { PROG_LOAD } from "../bpf/attributes.ts"
import type { Bpf, PreparedCall } from "../bpf/bpf.ts"
import { closeFd } from "../ffi/descriptor.ts"
import { Scratch } from "../ffi/scratch.ts"
import { loadFields, logText } from "./program-types.ts"

const LOG_BYTES = 4096
const EPERM = 1

/** These load only with a target, and the verifier looks for that before it looks at the code. */
const UNASKABLE: readonly ProgramTypeName[] = ["tracing", "struct_ops", "ext", "lsm"]

/** How the verifier says that it knows no such helper, or not for this type (the last since 6.11). */
const REFUSALS = ["invalid func ", "unknown func ", "program of this type cannot use helper "]
/** How the driver of a card from Netronome says it. */
const DEVICE_REFUSALS = ["not supported by FW", "unsupported function id"]

/** `call ID; exit`. */
const CALL = Uint8Array.of(0x85, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0)

/**
 * Asks which helpers programs of a type may call, one load each: a program that calls without arguments is refused in
 * any case, and the verifier's reason tells.
 */
export class HelperProbe implements Disposable {
  readonly #bpf: Bpf
  readonly #scratch: Scratch
  readonly #load: PreparedCall | undefined
  readonly #number: DataView
  readonly #log: Uint8Array
  readonly #refusals: readonly string[]

  constructor(bpf: Bpf, type: ProgramTypeRow, device: number | undefined) {
    this.#bpf = bpf
    this.#scratch = new Scratch(bpf.native)
    const code = this.#scratch.allocate(CALL.length)
    code.bytes.set(CALL)
    this.#number = new DataView(code.bytes.buffer, code.bytes.byteOffset + 4, 4)
    const log = this.#scratch.allocate(LOG_BYTES)
    this.#log = log.bytes
    this.#refusals = device === undefined ? REFUSALS : [...REFUSALS, ...DEVICE_REFUSALS]
    const isAskable = device !== undefined || !UNASKABLE.includes(type.name as ProgramTypeName)
    if (isAskable)
      this.#load = bpf.prepare("BPF_PROG_LOAD", PROG_LOAD, {
        prog_type: type.number,
        insn_cnt: 2,
        insns: code.address,
        license: "GPL",
        log_level: 1,
        log_size: LOG_BYTES,
        log_buf: log.address,
        ...(device !== undefined && { prog_ifindex: device }),
        ...loadFields(type),
      })
  }

  has(helper: number): boolean {
    if (!this.#load) return false
    this.#number.setInt32(0, helper, true)
    this.#log[0] = 0
    const result = this.#load.run()
    if (result >= 0) {
      closeFd(this.#bpf.native, result)
      return true
    }
    if (result === -EPERM) return false
    const text = logText(this.#log)
    return !this.#refusals.some(refusal => text.includes(refusal))
  }

  [Symbol.dispose](): void {
    this.#load?.[Symbol.dispose]()
    this.#scratch[Symbol.dispose]()
  }
}
