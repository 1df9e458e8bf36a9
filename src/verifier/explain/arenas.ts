import { doing, type Explainer } from "./failure.ts"

/** Memory that programs share with a process. */
export const explainArena: Explainer = failure => {
  const { walk, message } = failure
  const told = { what: doing(failure), known: `the program is of type ${walk.program.type}: ${message}` }
  if (/CAP_/.test(message))
    return {
      ...told,
      needs: "CAP_BPF and CAP_PERFMON",
      fix: "load with these capabilities (setcap cap_bpf,cap_perfmon=ep)",
    }
  if (/sign extending/.test(message))
    return {
      ...told,
      needs: "loads that leave upper bits zero",
      fix: "load into an unsigned type, then convert",
    }
  return {
    ...told,
    needs: "one arena a program, and casts between address spaces 0 and 1 only in programs that use one",
    fix: "name the arena in the program (its map, or an __arena variable), and no second one",
  }
}
