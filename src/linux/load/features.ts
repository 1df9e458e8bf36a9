import { existsSync, readFileSync } from "node:fs"
import { BtfBuilder } from "../../btf/index.ts"
import { BTF_LOAD, MAP_CREATE, PROG_LOAD } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { closeFd } from "../ffi/descriptor.ts"
import { openPerfEvent } from "../ffi/perf-event.ts"

/** `r0 = 0; exit`. */
const RETURN_ZERO = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0)
const SOCKET_FILTER = 1
const ARRAY = 2
const [EPERM, ENOENT] = [1, 2]
const KPROBE_TYPE = "/sys/bus/event_source/devices/kprobe/type"

/** The perf type of kprobes; of no event at all on kernels without them. */
function kprobeSource(): { readonly type: number } {
  return { type: existsSync(KPROBE_TYPE) ? Number(readFileSync(KPROBE_TYPE, "latin1")) : 0xffff_ffff }
}

/** Answers of this process: the kernel stays the same, and each question costs it some milliseconds. */
const known = new Map<string, boolean>()

/** What a kernel can do beyond the oldest; each is tried once, when it is first asked for. */
export class Features {
  readonly #bpf: Bpf

  constructor(bpf: Bpf) {
    this.#bpf = bpf
  }

  /** Names of programs and maps (4.15). */
  get names(): boolean {
    return this.#probe("names", () =>
      this.#bpf.try("BPF_PROG_LOAD", PROG_LOAD, {
        prog_type: SOCKET_FILTER,
        insn_cnt: 2,
        insns: RETURN_ZERO,
        license: "GPL",
        prog_name: "test",
      }),
    )
  }

  /** Names of data sections with a question mark (6.9). */
  get questionMarkSections(): boolean {
    return this.#probe("questionMarkSections", () => {
      const builder = new BtfBuilder()
      const type = builder.add({
        kind: "int",
        name: "int",
        size: 4,
        encoding: "signed",
        bitOffset: 0,
        bits: 32,
      })
      const variable = builder.add({ kind: "var", name: "x", type, linkage: "global" })
      builder.add({
        kind: "datasec",
        name: "?.data",
        size: 4,
        variables: [{ type: variable, offset: 0, size: 4 }],
      })
      const btf = builder.build()
      return this.#bpf.try("BPF_BTF_LOAD", BTF_LOAD, { btf, btf_size: btf.length })
    })
  }

  /** Memory of BPF counts against RLIMIT_MEMLOCK before 5.11. */
  get memoryIsCgroupAccounted(): boolean {
    return this.#probe("memoryIsCgroupAccounted", () =>
      // bpf_ktime_get_coarse_ns came in the same release.
      this.#bpf.try("BPF_PROG_LOAD", PROG_LOAD, {
        prog_type: SOCKET_FILTER,
        insn_cnt: 2,
        insns: Uint8Array.of(0x85, 0, 0, 0, 160, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0),
        license: "GPL",
      }),
    )
  }

  /** Arrays that can be mapped into the process (5.5). */
  get mmapableArrays(): boolean {
    return this.#probe("mmapableArrays", () =>
      this.#bpf.try("BPF_MAP_CREATE", MAP_CREATE, {
        map_type: ARRAY,
        key_size: 4,
        value_size: 4,
        max_entries: 1,
        map_flags: 1 << 10,
      }),
    )
  }

  /**
   * Whether the kernel has a function of this name: a kprobe on it is opened and closed. Undefined where probes are not
   * there or not allowed. Reading all of /proc/kallsyms for one name takes a hundred times as long.
   */
  hasFunction(name: string): boolean | undefined {
    const answer = known.get(`function ${name}`)
    if (answer !== undefined) return answer
    const { native } = this.#bpf
    const result = openPerfEvent(native, kprobeSource(), { pid: -1, cpu: 0 }, name)
    if (result >= 0) closeFd(native, result)
    else if (result !== -ENOENT) return undefined
    known.set(`function ${name}`, result >= 0)
    return result >= 0
  }

  #probe(name: string, ask: () => { readonly result: number }): boolean {
    const answer = known.get(name)
    if (answer !== undefined) return answer
    const { result } = ask()
    if (result >= 0) closeFd(this.#bpf.native, result)
    // Who may not ask now may ask later.
    if (result !== -EPERM) known.set(name, result >= 0)
    return result >= 0
  }
}
