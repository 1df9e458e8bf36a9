import { type LinkTypeRow, type MapTypeRow, SECTIONS } from "../../catalog/index.ts"
import { type Explanation, fact } from "./explanation.ts"

export function explainMapType(row: MapTypeRow): Explanation {
  const { name, abi, number, since, summary, key, value, aliases } = row
  return {
    kind: "map type",
    name,
    abi,
    number,
    since,
    summary,
    facts: [
      ...fact("key", "key", key),
      ...fact("value", "value", value),
      ...fact("aliases", "also called", aliases),
    ],
    tables: [],
  }
}

export function explainLinkType(row: LinkTypeRow): Explanation {
  const { name, abi, number, since } = row
  const sections = SECTIONS.filter(({ mechanism }) => mechanism === "link_create").length
  return {
    kind: "link type",
    name,
    abi,
    number,
    since,
    summary:
      "what BPF_LINK_CREATE (or BPF_RAW_TRACEPOINT_OPEN) gives: an attachment that lives as long as its descriptor or pin",
    facts: fact("listedBy", "listed by", sections > 0 ? "bpftool link show" : undefined),
    tables: [],
  }
}
