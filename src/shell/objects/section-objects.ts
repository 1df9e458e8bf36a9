import { SkepError } from "../../base/index.ts"
import { matchSection, type SectionDefinition } from "../../catalog/index.ts"
import type { EmbeddedKernel, EmbeddedObject, EmbeddedProgram } from "../../embedded/index.ts"
import { type ObjectSpec, readObject } from "../../object/index.ts"

/** A program that ip or tc took from an object file by its section. */
export interface SectionProgram {
  readonly program: EmbeddedProgram
  /** What the kernel keeps as its name there: "hello.bpf.o:[xdp]". */
  readonly label: string
}

/** Why there is none, in the words of ip and tc. */
export interface SectionRefusal {
  readonly said: string
}

/** What ip and tc load a program for: the section that such programs are in by themselves. */
export type SectionKind = "xdp" | "tc" | "action" | "lwt_in" | "lwt_out" | "lwt_xmit"

/** Where programs are looked for when no section is told. */
const DEFAULT_SECTIONS: Readonly<Record<SectionKind, string>> = {
  xdp: "prog",
  tc: "classifier",
  action: "action",
  lwt_in: "lwt_in",
  lwt_out: "lwt_out",
  lwt_xmit: "lwt_xmit",
}

interface Loaded {
  readonly object: EmbeddedObject
  readonly program: EmbeddedProgram
}

/**
 * Objects that ip and tc have loaded: each stays while its program stands somewhere in the network. As these tools do it, a
 * program's section only finds it: its type is that of the place.
 */
export class SectionObjects {
  readonly #kernel: EmbeddedKernel
  readonly #readFile: (path: string) => Promise<Uint8Array>
  readonly #loaded = new Set<Loaded>()

  constructor(kernel: EmbeddedKernel, readFile: (path: string) => Promise<Uint8Array>) {
    this.#kernel = kernel
    this.#readFile = readFile
  }

  /** Loads one program. Throws SkepError for what the verifier refuses. */
  async load(
    kind: SectionKind,
    path: string,
    section = DEFAULT_SECTIONS[kind],
  ): Promise<SectionProgram | SectionRefusal> {
    const name = path.slice(path.lastIndexOf("/") + 1)
    const file = await this.#read(path, name)
    if (!file) return { said: "Cannot initialize ELF context!" }
    const spec = file.programs.find(program => program.section === section)
    const definition = matchSection(kind)?.definition
    if (!spec || !definition) return { said: `object file doesn't contain sec ${section}` }
    const object = await this.#kernel.load(asType(file, spec.name, definition), { only: [spec.name] })
    const program = object.programs[spec.name]
    if (!program) throw new Error(`BUG: ${spec.name} was not loaded`)
    this.#loaded.add({ object, program })
    return { program, label: `${name}:[${section}]` }
  }

  /** Takes away the objects whose programs stand nowhere. */
  async sweep(): Promise<void> {
    const standing = standingPrograms(this.#kernel)
    for (const loaded of [...this.#loaded]) {
      if (standing.has(loaded.program)) continue
      this.#loaded.delete(loaded)
      await loaded.object[Symbol.asyncDispose]()
    }
  }

  async close(): Promise<void> {
    for (const { object } of this.#loaded) await object[Symbol.asyncDispose]()
    this.#loaded.clear()
  }

  async #read(path: string, name: string): Promise<ObjectSpec | undefined> {
    try {
      return readObject(await this.#readFile(path), { name })
    } catch (error) {
      if (error instanceof SkepError) return undefined
      throw error
    }
  }
}

/** The object with one program said to be of another type than its section says. */
function asType(object: ObjectSpec, name: string, definition: SectionDefinition): ObjectSpec {
  const programs = object.programs.map(program =>
    program.name === name ? { ...program, definition, target: "", autoload: true } : program,
  )
  return { ...object, programs }
}

/** Programs on devices and routes of every namespace. */
function standingPrograms({ network }: EmbeddedKernel): Set<EmbeddedProgram> {
  const programs = new Set<EmbeddedProgram>()
  const add = (attachment: { readonly program: EmbeddedProgram } | undefined): void => {
    if (attachment) programs.add(attachment.program)
  }
  for (const { devices, routes } of network.namespaces()) {
    for (const { xdp, trafficControl } of devices.values()) {
      add(xdp.native)
      add(xdp.generic)
      for (const side of [trafficControl.ingress, trafficControl.egress])
        for (const filter of side.filters) {
          add(filter.attachment)
          add(filter.action?.attachment)
        }
    }
    for (const { tunnel } of routes.all())
      for (const attachment of Object.values(tunnel ?? {})) add(attachment)
  }
  return programs
}
