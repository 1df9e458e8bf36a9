import { mapType } from "../../catalog/index.ts"
import { currentFrame } from "../state/state.ts"
import { doing, type Explainer } from "./failure.ts"
import { describe } from "./words.ts"

/** Which maps a call takes. */
export const explainMapHelper: Explainer = failure => {
  const number = /map_type (\d+)/.exec(failure.message)
  const row = number ? mapType(Number(number[1])) : undefined
  return {
    what: failure.called ? `passes a map to ${failure.called}` : "loads a map",
    known: row ? `the map is of type ${row.name}: ${row.summary}` : failure.message,
    needs: failure.called ? `a map that ${failure.called} works on` : "a map that was created before",
    fix: failure.called
      ? `use the calls for maps of this type (skep explain ${row?.name ?? "MAP-TYPE"}), or another type of map`
      : "give the instruction a map of the object",
    start: { registers: [1] },
  }
}

export const explainMapProgram: Explainer = ({ walk, at, message }) => {
  const reference = walk.program.references.get(at)
  const map = reference?.kind === "map" || reference?.kind === "mapValue" ? reference.map.name : "a map"
  return {
    what: `uses ${map}`,
    known: `the program is of type ${walk.program.type}${walk.program.sleepable ? ", sleepable" : ""}`,
    needs: /Sleepable/.test(message)
      ? "a map that programs which may sleep can use: array, hash, ring buffer, local storage"
      : "maps without the locks, timers, lists or trees that this type of program could meet while they are in use",
    fix: "keep such fields in a map that only programs of other types use",
  }
}

export const explainPacketLoad: Explainer = failure => ({
  what: "loads from the packet with LD_ABS or LD_IND",
  known: `the program is of type ${failure.walk.program.type}, r6 is ${describe(currentFrame(failure.walk.state).registers[6]!)}, ${currentFrame(failure.walk.state).references.length || "no"} references are held`,
  needs:
    "a socket filter or traffic control program with its context in r6, no references, locks or RCU sections held, in a function that returns int",
  fix: "use bpf_skb_load_bytes() or direct packet access instead",
  start: { registers: [6] },
})

/** What stands in .BTF.ext beside the code. */
export const explainDebugRecords: Explainer = ({ walk, message }) => {
  const { funcInfo, lines } = walk.program
  const isLine = /line_info/.test(message)
  const starts = walk.subprograms.map(({ start }) => start).join(", ")
  const told = isLine ? `${lines.length} records of lines` : `${funcInfo.length} records of functions`
  return {
    what: `comes with ${told} in .BTF.ext`,
    known: `${message}${starts === "" ? "" : `; the functions begin at ${starts}`}`,
    needs: isLine
      ? "lines in ascending order within the program, one at the start of each function"
      : "one record for each function, in ascending order from instruction 0, each with a function of the object's BTF",
    fix: "compile the object anew with clang -g, or load it without these records (llvm-strip -g)",
  }
}

export const explainCapability: Explainer = failure => ({
  what: /^loading\/calling/.test(failure.message)
    ? "calls a function of the program or of the kernel"
    : doing(failure),
  known: `the loading process holds ${failure.walk.privileges.capabilities?.join(", ") || "no capabilities"}`,
  needs: "CAP_BPF, and CAP_PERFMON for what shows addresses of the kernel",
  fix: "load with these capabilities (setcap cap_bpf,cap_perfmon=ep), or do without it",
})

export const explainAttachTarget: Explainer = ({ walk, message }) => ({
  what: `is to stand on ${walk.program.target?.signature.name ?? "a function"}`,
  known: `the program is of type ${walk.program.type}${walk.program.attachType ? `, attach type ${walk.program.attachType}` : ""}${walk.program.sleepable ? ", sleepable" : ""}, on Linux ${walk.kernel.release}`,
  needs: /sleepable/.test(message)
    ? "a hook at which sleeping is allowed"
    : /modifiable/.test(message)
      ? "a function whose result may be changed: a security hook, or one that is marked for error injection in a kernel built with it"
      : "a hook that programs may stand on",
  fix: /sleepable/.test(message)
    ? "use the section without .s"
    : "attach to another function: `skep explain` names the hooks, a profile the functions of a kernel",
})

export const explainExtension: Explainer = ({ walk, message }) => {
  const { extension } = walk.program
  return {
    what: `is to replace ${extension?.function ?? "a function"} of another program`,
    known: `the other program is of type ${extension?.program.type ?? "not told"}: ${message}`,
    needs:
      "a global function of the other program, with the same arguments and result, which may change packets where this one does",
    fix: "declare the function that is replaced without static, and this one with the same prototype; compile both with -g",
  }
}

/** For what no rule is named of. */
export const explainUnnamed: Explainer = failure => ({
  what: doing(failure),
  known: failure.held ? `r${failure.register} is ${describe(failure.held)}` : failure.message,
  needs: "what the kernel's message says",
})
