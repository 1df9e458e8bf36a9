// What Linux 6.12.117 said of its own verifier tests.
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

/** By "object program"; program type and attach type are as the record has them. */
export function readOracle() {
  const text = gunzipSync(readFileSync(new URL("linux-6.12.tsv.gz", import.meta.url))).toString()
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
