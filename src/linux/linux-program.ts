import { LoadError } from "../base/index.ts"
import type { AttachPoint, Program, RunInput, RunOptions, RunResult } from "../kernel/index.ts"
import type { ProgramSpec } from "../object/index.ts"
import { attachProgram } from "./attach/attach.ts"
import type { AttachHost } from "./attach/attached.ts"
import { OBJECT_INFO, OBJECT_PATH } from "./bpf/attributes.ts"
import type { Bpf } from "./bpf/bpf.ts"
import { PROG_INFO } from "./bpf/info.ts"
import { Scratch } from "./ffi/scratch.ts"
import { readStructure } from "./ffi/structure.ts"
import { LinuxLink } from "./linux-link.ts"
import type { LoadedProgram } from "./load/load-program.ts"
import { runProgram } from "./run-program.ts"

const PROG_INFO_BYTES = 232

/** A program that the Linux kernel holds. */
export class LinuxProgram implements Program {
  readonly id: number
  readonly name: string
  readonly type: string
  /** The kernel's verifier accepted it. */
  readonly verification = "verified" as const
  readonly verifiedInstructions: number
  readonly spec: ProgramSpec
  readonly #host: AttachHost
  readonly #loaded: LoadedProgram
  readonly #links = new Set<LinuxLink>()

  constructor(loaded: LoadedProgram, host: AttachHost) {
    this.#host = host
    this.#loaded = loaded
    this.name = loaded.spec.name
    this.type = loaded.type
    this.spec = loaded.spec
    const info = programInfo(host.bpf, loaded.descriptor.fd)
    this.id = info.id
    this.verifiedInstructions = info.verified_insns
  }

  get fd(): number {
    return this.#loaded.descriptor.fd
  }

  async attach(point?: AttachPoint): Promise<LinuxLink> {
    const link = new LinuxLink(this.#host.bpf, this, attachProgram(this.#host, this.#loaded, point))
    this.#links.add(link)
    return link
  }

  /** The link ends with this program from now on, or no more. */
  own(link: LinuxLink): void {
    this.#links.add(link)
  }

  disown(link: LinuxLink): void {
    this.#links.delete(link)
  }

  async run(options: RunOptions = {}): Promise<RunResult> {
    const { type, spec } = this.#loaded
    const attachType = spec.definition?.attachType
    return runProgram(this.#host.bpf, { fd: this.fd, name: this.name, type, attachType }, options)
  }

  /** One system call for each input: Linux has none for many. */
  async runMany(inputs: readonly RunInput[], options: RunOptions = {}): Promise<RunResult[]> {
    const results: RunResult[] = []
    for (const input of inputs) results.push(await this.run({ ...options, ...input }))
    return results
  }

  /** What the kernel tells of it: sizes, times, runs. */
  info(): ReturnType<typeof programInfo> {
    return programInfo(this.#host.bpf, this.fd)
  }

  /** Keeps the program under a path of bpffs beyond this process. Throws LoadError. */
  async pin(path: string): Promise<void> {
    const { result } = this.#host.bpf.try("BPF_OBJ_PIN", OBJECT_PATH, { pathname: path, bpf_fd: this.fd })
    if (result < 0) throw new LoadError(`prog '${this.name}': cannot be pinned to ${path}: error ${-result}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links) await link.detach()
    this.#links.clear()
    this.#loaded.descriptor.close()
  }
}

export function programInfo(bpf: Bpf, fd: number): ReturnType<typeof readStructure<typeof PROG_INFO>> {
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(PROG_INFO_BYTES)
  bpf.call("BPF_OBJ_GET_INFO_BY_FD", OBJECT_INFO, { bpf_fd: fd, info_len: bytes.length, info: address })
  return readStructure(PROG_INFO, bytes)
}
