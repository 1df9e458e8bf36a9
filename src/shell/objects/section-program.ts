import { SkepError } from "../../base/index.ts"
import { matchSection, type SectionDefinition } from "../../catalog/index.ts"
import type { Attachment, EmbeddedKernel } from "../../embedded/index.ts"
import { type ObjectSpec, readObject } from "../../object/index.ts"

/** A program that ip or tc took from an object file by its section. It stays as long as it stands somewhere. */
export interface SectionProgram {
  readonly attachment: Attachment
  /** What the kernel keeps as its name there: "hello.bpf.o:[xdp]". */
  readonly label: string
  /** Closes the file that it came from, once it stands where it is to stand. */
  close(): Promise<void>
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

/**
 * Loads one program as ip and tc do it: its section only finds it, its type is that of the place. The answer is a text where it
 * is not found. Throws SkepError for what the verifier refuses.
 */
export async function loadSection(
  kernel: EmbeddedKernel,
  kind: SectionKind,
  source: { readonly path: string; readonly section?: string | undefined },
  read: (path: string) => Promise<Uint8Array>,
): Promise<SectionProgram | string> {
  const { path, section = DEFAULT_SECTIONS[kind] } = source
  const name = path.slice(path.lastIndexOf("/") + 1)
  const file = await objectAt(path, name, read)
  if (!file) return "Cannot initialize ELF context!"
  const spec = file.programs.find(program => program.section === section)
  const definition = matchSection(kind)?.definition
  if (!spec || !definition) return `object file doesn't contain sec ${section}`
  const object = await kernel.load(asType(file, spec.name, definition), { only: [spec.name] })
  const program = object.programs[spec.name]
  if (!program) throw new Error(`BUG: ${spec.name} was not loaded`)
  return {
    attachment: { program, cookie: 0n, offset: 0, link: 0 },
    label: `${name}:[${section}]`,
    close: () => object[Symbol.asyncDispose](),
  }
}

/** Undefined for what cannot be read as an object. */
async function objectAt(
  path: string,
  name: string,
  read: (path: string) => Promise<Uint8Array>,
): Promise<ObjectSpec | undefined> {
  try {
    return readObject(await read(path), { name: name.replace(/(\.bpf)?\.o$/, "") })
  } catch (error) {
    if (error instanceof SkepError) return undefined
    throw error
  }
}

/** The object with one program said to be of another type than its section says. */
function asType(object: ObjectSpec, name: string, definition: SectionDefinition): ObjectSpec {
  const programs = object.programs.map(program =>
    program.name === name ? { ...program, definition, target: "", autoload: true } : program,
  )
  return { ...object, programs }
}
