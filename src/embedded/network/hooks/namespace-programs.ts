import type { Attachment } from "../../tracing/hooks.ts"

/** Programs that one namespace has room for. */
const ROOM = { flow_dissector: 1, sk_lookup: 64 } as const

export type NamespaceHook = keyof typeof ROOM

/** The programs of a namespace itself. */
export class NamespacePrograms {
  readonly #programs: Record<NamespaceHook, Attachment[]> = { flow_dissector: [], sk_lookup: [] }

  on(hook: NamespaceHook): readonly Attachment[] {
    return this.#programs[hook]
  }

  hasRoom(hook: NamespaceHook): boolean {
    return this.#programs[hook].length < ROOM[hook]
  }

  add(hook: NamespaceHook, attachment: Attachment): () => void {
    const programs = this.#programs[hook]
    programs.push(attachment)
    return () => {
      const index = programs.indexOf(attachment)
      if (index >= 0) programs.splice(index, 1)
    }
  }

  /** Takes a program off, by its id; false where it does not stand. */
  drop(hook: NamespaceHook, program: number): boolean {
    const index = this.#programs[hook].findIndex(each => each.program.id === program)
    if (index >= 0) this.#programs[hook].splice(index, 1)
    return index >= 0
  }
}
