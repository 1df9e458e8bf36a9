import { findMember } from "../../btf/index.ts"
import { isSince, type Release } from "../../catalog/index.ts"
import { ERRNO, Rejection, reject, unsupported } from "../reject.ts"
import type { Register } from "../state/register.ts"
import type { Walk } from "../walk/walk.ts"

/** A member that programs of a structure of operations may store to. */
interface Place {
  readonly struct: string
  readonly member: string
  /** "start": a store begins where the member does; "inside": anywhere in it; "text": and leaves its last byte alone. */
  readonly how: "start" | "inside" | "text"
  /** The first release that allows it, where it came later than its structure of operations. */
  readonly since?: Release
}

interface Rules {
  /** The structures that a pointer may lead to. */
  readonly structs: readonly string[]
  readonly places: readonly Place[]
  /** Whether the end of the structure is looked at before its members. */
  readonly whole: boolean
  /** What is said of another structure; "" for nothing. */
  readonly otherStruct: string
  readonly elsewhere: (offset: number, size: number, struct: string) => string
  readonly beyond: (offset: number, size: number, end: number, struct: string) => string
}

const start = (struct: string, member: string, since?: Release): Place => ({
  struct,
  member,
  how: "start",
  ...(since !== undefined && { since }),
})
const inside = (struct: string, member: string): Place => ({ struct, member, how: "inside" })
const text = (struct: string, member: string): Place => ({ struct, member, how: "text" })

/** By structure of operations, as of 6.12 (`btf_struct_access` of its verifier operations). */
const RULES: Readonly<Record<string, Rules>> = {
  tcp_congestion_ops: {
    structs: ["tcp_sock"],
    places: [
      start("sock", "sk_pacing_rate"),
      start("sock", "sk_pacing_status"),
      inside("inet_connection_sock", "icsk_ca_priv"),
      start("inet_connection_sock", "icsk_ack.pending"),
      start("tcp_sock", "snd_cwnd"),
      start("tcp_sock", "snd_cwnd_cnt"),
      start("tcp_sock", "snd_cwnd_stamp", "6.6"),
      start("tcp_sock", "snd_ssthresh"),
      start("tcp_sock", "ecn_flags"),
      start("tcp_sock", "app_limited", "6.6"),
    ],
    whole: false,
    otherStruct: "only read is supported",
    elsewhere: offset => `no write support to tcp_sock at off ${offset}`,
    beyond: (offset, size, end) =>
      `write access at off ${offset} with size ${size} beyond the member of tcp_sock ended at ${end}`,
  },
  bpf_dummy_ops: {
    structs: ["bpf_dummy_ops_state"],
    places: [],
    whole: true,
    otherStruct: "only access to bpf_dummy_ops_state is supported",
    elsewhere: () => "",
    beyond: (offset, size) => `write access at off ${offset} with size ${size}`,
  },
  sched_ext_ops: {
    structs: ["task_struct"],
    places: [
      inside("task_struct", "scx.slice"),
      inside("task_struct", "scx.dsq_vtime"),
      inside("task_struct", "scx.disallow"),
    ],
    whole: false,
    otherStruct: "",
    elsewhere: () => "",
    beyond: () => "",
  },
  hid_bpf_ops: {
    structs: ["hid_bpf_ctx", "hid_device"],
    places: [
      inside("hid_bpf_ctx", "retval"),
      text("hid_device", "name"),
      text("hid_device", "uniq"),
      text("hid_device", "phys"),
    ],
    whole: true,
    otherStruct: "write access to this struct is not supported",
    elsewhere: (offset, size, struct) =>
      `write access at off ${offset} with size ${size} on read-only part of ${struct}`,
    beyond: (offset, size, _end, struct) =>
      `write access for struct ${struct} at off ${offset} with size ${size}`,
  },
}

/** Whether a program may store to structures of the kernel at all. */
export function storesToStructures({ program }: Walk): boolean {
  return program.type === "struct_ops"
}

/** A store of a struct_ops program through a pointer to a structure of the kernel. */
export function checkStructureStore(walk: Walk, pointer: Register, offset: number, size: number): void {
  const { btf } = walk.kernel
  const operations = walk.program.target?.operations ?? ""
  const rules = RULES[operations.replace(/___.*$/, "")]
  const type = pointer.btf!.type(pointer.btfId)
  const struct = "name" in type ? type.name : ""
  if (!rules) unsupported(`stores of ${operations} programs to struct ${struct}`)
  const refuse: (message: string) => never = message => {
    if (message !== "") reject(walk, ERRNO.EACCES, message, "structure-access")
    throw new Rejection(ERRNO.EACCES, "", "structure-access")
  }
  if (type.kind !== "struct" || !rules.structs.includes(struct)) refuse(rules.otherStruct)
  if (rules.whole && offset + size > type.size) refuse(rules.beyond(offset, size, type.size, struct))
  if (rules.places.length === 0) return
  for (const { struct: owner, member, how, since } of rules.places) {
    if (rules.whole && owner !== struct) continue
    if (since !== undefined && !isSince(since, walk.kernel.release)) continue
    const id = btf.find(owner, "struct")
    const place = id && findMember(btf, id, member)
    if (!place) continue
    const from = place.bitOffset / 8
    const end = from + btf.sizeOf(place.type) - (how === "text" ? 1 : 0)
    const begins = how === "start" ? offset === from : offset >= from && offset < end
    if (!begins) continue
    if (offset + size <= end) return
    if (!rules.whole) refuse(rules.beyond(offset, size, end, struct))
  }
  refuse(rules.elsewhere(offset, size, struct))
}
