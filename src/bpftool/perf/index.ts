import type { TaskDescriptor } from "../../kernel/index.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import type { Noun, Verb } from "../objects/noun.ts"

const show: Verb = {
  names: ["show", "list"],
  words: "",
  summary:
    "list programs on perf events and raw tracepoints, by the descriptors of processes that keep them there",
  async run(words, { objects, json, out }) {
    words.end()
    const kernel = await objects()
    if (!json) {
      for (const each of kernel.taskDescriptors()) out(plain(each))
      return
    }
    json.array(() => {
      for (const each of kernel.taskDescriptors()) writeJson(each, json)
    })
  },
}

function plain(descriptor: TaskDescriptor): string {
  const { process, fd, programId, kind } = descriptor
  return `pid ${process}  fd ${fd}: prog_id ${programId}  ${kind}  ${placePlain(descriptor)}\n`
}

function placePlain({ kind, name, offset, address }: TaskDescriptor): string {
  switch (kind) {
    case "raw_tracepoint":
    case "tracepoint":
      return name
    case "kprobe":
    case "kretprobe":
      return name === "" ? `addr ${address}` : `func ${name}  offset ${offset}`
    case "uprobe":
    case "uretprobe":
      return `filename ${name}  offset ${offset}`
    default:
      return kind satisfies never
  }
}

function writeJson(
  { process, fd, programId, kind, name, offset, address }: TaskDescriptor,
  json: JsonWriter,
): void {
  json.object(() => {
    json.field("pid", process)
    json.field("fd", fd)
    json.field("prog_id", programId)
    json.field("fd_type", kind)
    if (kind === "raw_tracepoint" || kind === "tracepoint") {
      json.field("tracepoint", name)
      return
    }
    const isFunction = kind === "kprobe" || kind === "kretprobe"
    if (isFunction && name === "") json.field("addr", address)
    else {
      json.field(isFunction ? "func" : "filename", name)
      json.field("offset", offset)
    }
  })
}

/** `bpftool perf …`: who has programs on probes and tracepoints, in bpftool's manner. */
export const noun: Noun = {
  name: "perf",
  summary: "Lists programs that perf events and raw tracepoints run.",
  verbs: [show],
}
