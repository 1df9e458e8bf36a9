import { RelocationError } from "../../base/index.ts"

/** Anonymous members that lead to each other can make a comparison exponential; real ones take some hundred steps. */
const MOST_STEPS = 1_000_000

/** Bounds the work of one relocation on hostile types. */
export class Effort {
  #left = MOST_STEPS

  spend(): void {
    if (--this.#left < 0) {
      throw new RelocationError(`comparing the types takes more than ${MOST_STEPS} steps`)
    }
  }
}
