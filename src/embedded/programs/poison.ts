/** Stands for a weak kernel function that is absent, as in libbpf: no helper has such a number, whichever extern is added. */
export const POISON_KFUNC = 2_002_000_000
const MOST_EXTERNS = 1_000_000

/** Whether a call is one of an absent kernel function. */
export function isPoisonedKfunc(number: number): boolean {
  return number >= POISON_KFUNC && number < POISON_KFUNC + MOST_EXTERNS
}
