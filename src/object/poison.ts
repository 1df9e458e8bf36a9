/** The helper that a poisoned instruction calls: 0xbad2310, which no kernel has. Verifiers name it when they get there. */
export const POISON_HELPER = 195_896_080

/** Stands for a weak kernel function that is absent, as in libbpf: no helper has such a number. */
const POISON_KFUNC = 2_002_000_000
const MOST_EXTERNS = 1_000_000

/** The number that a call of an absent extern gets, by its place among the object's. */
export function poisonedKfunc(extern: number): number {
  return POISON_KFUNC + extern
}

/** Whether a call is one of an absent kernel function. */
export function isPoisonedKfunc(number: number): boolean {
  return number >= POISON_KFUNC && number < POISON_KFUNC + MOST_EXTERNS
}
