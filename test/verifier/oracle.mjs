// What real kernels said of programs of the kernel's selftests.
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

/** What was recorded, by release: of the verifier's own tests (verifier_*.c), and of the other tests (6.12.117). */
export const TABLES = {
  6.1: ["linux-6.1.tsv.gz"],
  6.12: ["linux-6.12.tsv.gz", "linux-6.12-programs.tsv.gz"],
}

/** By what programs were loaded with: the names of the tables, and what the process held. */
export const LIMITED = {
  none: { suffix: "unprivileged", capabilities: [] },
  "bpf,net_admin": { suffix: "cap-bpf", capabilities: ["CAP_BPF", "CAP_NET_ADMIN"] },
  "perfmon,net_admin": { suffix: "cap-perfmon", capabilities: ["CAP_PERFMON", "CAP_NET_ADMIN"] },
}

/** What was recorded of the verifier's own tests, loaded by a process that holds no more than that. */
export function limitedTable(release, names) {
  const found = LIMITED[names]
  if (!found) throw new Error(`no capabilities '${names}': one of ${Object.keys(LIMITED).join(" ")}`)
  return `linux-${release}-${found.suffix}.tsv.gz`
}

/** By "object program"; program type and attach type are as the record has them. */
export function readOracle(table = TABLES["6.12"][0]) {
  const text = gunzipSync(readFileSync(new URL(table, import.meta.url))).toString()
  const found = new Map()
  for (const line of text.trim().split("\n").slice(1)) {
    const [object, program, type, attach, flags, errno, processed, message] = line.split("\t")
    found.set(`${object} ${program}`, {
      object,
      program,
      type,
      attach,
      flags: Number(flags),
      verdict: errno === "0" ? "accept" : "reject",
      errno: -Number(errno),
      processed: Number(processed),
      message: message ?? "",
    })
  }
  return found
}
