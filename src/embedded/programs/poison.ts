/** Stands for a weak kernel function that is absent, as in libbpf: no helper has such a number. */
export const POISON_KFUNC = 2_002_000_000
