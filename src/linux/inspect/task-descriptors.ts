import { type Dir, opendirSync } from "node:fs"
import { errorText, SkepError } from "../../base/index.ts"
import type { TaskDescriptor } from "../../kernel/index.ts"
import { TASK_FD_QUERY } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { Scratch } from "../ffi/scratch.ts"

const NAME_BYTES = 4096
const ATTRIBUTE_BYTES = 48
const ENOTSUPP = 524
/** `enum bpf_task_fd_type`. */
const KINDS = ["raw_tracepoint", "tracepoint", "kprobe", "kretprobe", "uprobe", "uretprobe"] as const

/** Asks the kernel about every descriptor of every process (BPF_TASK_FD_QUERY). Throws SkepError when it refuses to tell. */
export function* taskDescriptors(bpf: Bpf): Generator<TaskDescriptor> {
  requireSupport(bpf)
  for (const process of numericEntries("/proc"))
    for (const fd of numericEntries(`/proc/${process}/fd`)) {
      const answer = query(bpf, process, fd)
      if (typeof answer !== "number") yield answer
    }
}

/** A descriptor without a program answers ENOTSUPP; every other refusal is about the asker. */
function requireSupport(bpf: Bpf): void {
  const directory = opendirSync("/")
  try {
    const own = numericEntries("/proc/self/fd").at(0)
    const answer = own === undefined ? ENOTSUPP : query(bpf, process.pid, own)
    if (typeof answer !== "number" || answer === ENOTSUPP) return
    throw new SkepError(`perf_query_support: ${errorText(answer)}`, {
      hint: "run as root, on Linux 4.18 or newer",
    })
  } finally {
    directory.closeSync()
  }
}

function query(bpf: Bpf, pid: number, fd: number): TaskDescriptor | number {
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(NAME_BYTES)
  const { result, attributes } = bpf.try(
    "BPF_TASK_FD_QUERY",
    TASK_FD_QUERY,
    { pid, fd, buf_len: NAME_BYTES, buf: address },
    ATTRIBUTE_BYTES,
  )
  const kind = KINDS[attributes.fd_type]
  if (result < 0 || kind === undefined) return -result
  return {
    process: pid,
    fd,
    programId: attributes.prog_id,
    kind,
    name: new TextDecoder().decode(bytes.slice(0, Math.max(bytes.indexOf(0), 0))),
    offset: attributes.probe_offset,
    address: attributes.probe_addr,
  }
}

/** Names that are numbers, in the directory's own order; of a process that is gone none. */
function numericEntries(folder: string): number[] {
  let directory: Dir
  try {
    directory = opendirSync(folder)
  } catch {
    return []
  }
  const numbers: number[] = []
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync())
      if (/^\d+$/.test(entry.name)) numbers.push(Number(entry.name))
  } catch {
    // The process ended while its directory was read.
  } finally {
    directory.closeSync()
  }
  return numbers
}
