import type { EmbeddedProgram } from "../../programs/program.ts"
import type { Attachment } from "../../tracing/hooks.ts"

/** Which one of several: by its program's id, or by its link's. */
export type Neighbour = number | { readonly link: number }

/** Programs that run one after another on a hook of the network (tcx, netkit). */
export class OrderedPrograms {
  readonly #programs: Attachment[] = []

  get all(): readonly Attachment[] {
    return this.#programs
  }

  has(program: EmbeddedProgram): boolean {
    return this.#programs.some(each => each.program === program)
  }

  /** At the end when no neighbour is told; undefined when the neighbour is not there. The answer takes it off. */
  add(
    attachment: Attachment,
    { before, after }: { readonly before?: Neighbour; readonly after?: Neighbour },
  ): (() => void) | undefined {
    const neighbour = before ?? after
    const at = neighbour === undefined ? this.#programs.length : this.#indexOf(neighbour)
    if (at < 0) return undefined
    this.#programs.splice(after === undefined ? at : at + 1, 0, attachment)
    return () => {
      const index = this.#programs.indexOf(attachment)
      if (index >= 0) this.#programs.splice(index, 1)
    }
  }

  #indexOf(neighbour: Neighbour): number {
    return this.#programs.findIndex(({ program, link }) =>
      typeof neighbour === "number" ? program.id === neighbour : link === neighbour.link,
    )
  }
}
