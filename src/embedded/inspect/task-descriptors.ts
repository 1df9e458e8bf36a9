import type { TaskDescriptor } from "../../kernel/index.ts"
import { type AttachPoint, findFunction, findUsdtPlaces } from "../../kernel/index.ts"
import { readUserBinary } from "../attach/user-binary.ts"
import type { KernelCore } from "../core.ts"
import { pathOf } from "../files/index.ts"
import type { KeptLink } from "../objects/index.ts"
import { syscallFunction } from "../tracing/syscall.ts"

/** What a descriptor is about. */
type Place = Pick<TaskDescriptor, "kind" | "name" | "offset" | "address">

/** Descriptors of perf events and raw tracepoints with programs, by process and number (BPF_TASK_FD_QUERY). */
export function taskDescriptors(kernel: KernelCore): TaskDescriptor[] {
  return [...kernel.objects.links.values()]
    .flatMap(link => descriptorOf(link, kernel))
    .sort((a, b) => a.process - b.process || a.fd - b.fd)
}

function descriptorOf(link: KeptLink, kernel: KernelCore): TaskDescriptor[] {
  const [held] = link.descriptors
  const { point, program } = link
  if (!held || !point || !program) return []
  const place = link.type === "raw_tracepoint" ? rawPlace(link) : eventPlace(point, kernel)
  return place ? [{ process: held.task.tgid, fd: held.fd, programId: program.id, ...place }] : []
}

function rawPlace({ point, program }: KeptLink): Place {
  const target = program?.target
  const name =
    point?.kind === "rawTracepoint" ? point.name : target?.kind === "tp_btf" ? target.tracepoint : ""
  return { kind: "raw_tracepoint", name, offset: 0n, address: 0n }
}

/** Undefined for events that the kernel does not tell of: samples. */
function eventPlace(point: AttachPoint, kernel: KernelCore): Place | undefined {
  switch (point.kind) {
    case "kprobe":
      return functionPlace("kprobe", point.function, point.offset ?? 0)
    case "kretprobe":
      return functionPlace("kretprobe", point.function, 0)
    case "ksyscall":
      return functionPlace(point.return ? "kretprobe" : "kprobe", syscallFunction(kernel, point.syscall), 0)
    case "tracepoint":
      return { kind: "tracepoint", name: point.name, offset: 0n, address: 0n }
    case "uprobe":
    case "uretprobe": {
      const { node, executable } = readUserBinary(kernel, point.binary)
      const start = point.symbol ? findFunction(executable, point.symbol).offset : 0n
      const offset = start + BigInt(point.offset ?? 0)
      return { kind: point.kind, name: pathOf(node), offset, address: 0n }
    }
    case "usdt": {
      const { node, executable } = readUserBinary(kernel, point.binary)
      const [first] = findUsdtPlaces(executable, point.provider, point.name)
      return { kind: "uprobe", name: pathOf(node), offset: first?.offset ?? 0n, address: 0n }
    }
    default:
      return undefined
  }
}

function functionPlace(kind: "kprobe" | "kretprobe", name: string, offset: number): Place {
  return { kind, name, offset: BigInt(offset), address: 0n }
}
