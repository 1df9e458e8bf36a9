import type { Noun } from "./objects/noun.ts"

/** Every noun, in bpftool's order, which decides what a shortened one means. Only what is asked for gets loaded. */
export const NOUNS = {
  prog: async () => (await import("./prog/index.ts")).noun,
  map: async () => (await import("./map/index.ts")).noun,
  link: async () => (await import("./link/index.ts")).noun,
  cgroup: async () => (await import("./cgroup/index.ts")).noun,
  perf: async () => (await import("./perf/index.ts")).noun,
  net: async () => (await import("./net/index.ts")).noun,
  feature: async () => (await import("./feature/index.ts")).noun,
  btf: async () => (await import("./btf/index.ts")).noun,
  struct_ops: async () => (await import("./struct-ops/index.ts")).noun,
  iter: async () => (await import("./iter/index.ts")).noun,
} satisfies Readonly<Record<string, () => Promise<Noun>>>

export type NounName = keyof typeof NOUNS

export const NOUN_NAMES = Object.keys(NOUNS) as readonly NounName[]
