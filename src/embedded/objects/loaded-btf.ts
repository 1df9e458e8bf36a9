import { type LoadableBtf, loadableBtf } from "../../kernel/index.ts"
import type { ObjectSpec } from "../../object/index.ts"

/** BTF that came with an object. */
export class LoadedBtf {
  readonly id: number
  readonly #object: ObjectSpec
  readonly #questionMarks: boolean

  /** `questionMarks`: the kernel takes them in names of data sections. */
  constructor(id: number, object: ObjectSpec, questionMarks: boolean) {
    this.id = id
    this.#object = object
    this.#questionMarks = questionMarks
  }

  /** As a loader gives it to the kernel; made when somebody asks. */
  get loadable(): LoadableBtf {
    const loadable = loadableBtf(this.#object, { questionMarks: this.#questionMarks })
    if (!loadable) throw new Error(`BUG: object ${this.#object.name} has no BTF`)
    return loadable
  }
}
