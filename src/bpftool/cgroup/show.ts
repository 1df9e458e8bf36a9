import { UsageError } from "../../base/index.ts"
import type { Btf, TypeId } from "../../btf/index.ts"
import { ATTACH_TYPES } from "../../catalog/index.ts"
import type { AttachedPrograms, KernelObjects } from "../../kernel/index.ts"
import { attachTypeName } from "../objects/formats.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import type { Words } from "../objects/words.ts"

export const show: Verb = {
  names: ["show", "list"],
  words: "CGROUP [effective]",
  summary: "list the programs on a control group; with effective those that really run, inherited ones too",
  async run(words, context) {
    const path = words.next("the path of a control group")
    const listing = await openListing(words, context)
    const hooks = listing.hooksOf(path)
    if (hooks.length === 0) return
    const { json, out } = context
    if (json) json.array(() => listing.writeJson(hooks, json))
    else out(`${listing.heading()}\n${listing.plain(hooks, "")}`)
  },
}

export const tree: Verb = {
  names: ["tree"],
  words: "[CGROUP_ROOT] [effective]",
  summary: "list the programs on a control group and on every one below it",
  async run(words, context) {
    const { files } = await context.kernel()
    const root = words.isEmpty ? files.groupMount() : words.next("the path of a control group")
    const listing = await openListing(words, context)
    const { json, out } = context
    if (!json) out(`CgroupPath\n${listing.heading()}\n`)
    const each = (path: string, depth: number): void => {
      const hooks = listing.hooksOf(path)
      if (hooks.length === 0) return
      if (!json) out(`${path}\n${listing.plain(hooks, depth === 0 ? "" : "    ")}`)
      else
        json.object(() => {
          json.field("cgroup", path)
          json.arrayField("programs", () => listing.writeJson(hooks, json))
        })
    }
    const walk = (): void => {
      for (const { path, depth } of files.foldersBelow(root)) each(path, depth)
    }
    if (json) json.array(walk)
    else walk()
  },
}

/** Other attach types take the descriptor for something else. */
const CGROUP_HOOKS = ATTACH_TYPES.filter(({ name }) => name.includes("cgroup"))

/** A hook with programs. */
interface Hook {
  readonly attachType: number
  readonly attached: AttachedPrograms
}

async function openListing(words: Words, context: VerbContext): Promise<Listing> {
  let isEffective = false
  while (!words.isEmpty) {
    if (words.take("effective") === undefined)
      throw new UsageError(`expected no more arguments, 'effective', got: '${words.peek()}'`)
    if (isEffective) throw new UsageError("duplicated argument: effective")
    isEffective = true
  }
  const { objects, types } = await context.kernel()
  return new Listing(objects, types, isEffective)
}

class Listing {
  readonly #kernel: KernelObjects
  readonly #readTypes: () => Btf
  readonly #isEffective: boolean
  /** Reading them takes long: once a program needs a name. */
  #types: Btf | undefined
  /** BTF id of vmlinux as soon as a program shows it; 0, as of programs that attach to no function, until then. */
  #vmlinux = 0

  constructor(kernel: KernelObjects, readTypes: () => Btf, isEffective: boolean) {
    this.#kernel = kernel
    this.#readTypes = readTypes
    this.#isEffective = isEffective
  }

  heading(): string {
    const columns = this.#isEffective ? ["AttachType", "Name"] : ["AttachType", "AttachFlags", "Name"]
    return ["ID".padEnd(8), ...columns.map(column => column.padEnd(15))].join(" ")
  }

  hooksOf(path: string): Hook[] {
    return CGROUP_HOOKS.flatMap(({ number }) => {
      const attached = this.#kernel.cgroupPrograms(path, number, this.#isEffective)
      return attached && attached.programs.length > 0 ? [{ attachType: number, attached }] : []
    })
  }

  plain(hooks: readonly Hook[], indent: string): string {
    return this.#rows(hooks)
      .map(({ id, attachType, flags, name, hook, object, type }) => {
        const known = attachTypeName(attachType)
        const where =
          hook === undefined
            ? type === 0
              ? ""
              : ` attach_btf_obj_id=${object} attach_btf_id=${type}`
            : ` ${hook.padEnd(15)}`
        const columns = [
          `${indent}${String(id).padEnd(8)}`,
          typeof known === "string" ? known.padEnd(15) : `type ${String(known).padEnd(10)}`,
          ...(this.#isEffective ? [] : [flags.padEnd(15)]),
          name.padEnd(15),
        ]
        return `${columns.join(" ")}${where}\n`
      })
      .join("")
  }

  writeJson(hooks: readonly Hook[], json: JsonWriter): void {
    for (const { id, attachType, flags, name, hook, object, type } of this.#rows(hooks))
      json.object(() => {
        json.field("id", id)
        json.field("attach_type", attachTypeName(attachType))
        if (!this.#isEffective) json.field("attach_flags", flags)
        json.field("name", name)
        if (hook !== undefined) json.field("attach_btf_name", hook)
        json.field("attach_btf_obj_id", object)
        json.field("attach_btf_id", type)
      })
  }

  #rows(hooks: readonly Hook[]) {
    return hooks.flatMap(({ attachType, attached }) =>
      attached.programs.flatMap(({ id, flags }) => {
        const program = this.#kernel.program(id)
        if (!program) return []
        const { fullName: name, attachBtfObject: object, attachBtfId: type } = program
        return [
          { id, attachType, flags: flagsText(flags), name, object, type, hook: this.#hookName(object, type) },
        ]
      }),
    )
  }

  /**
   * The function that a program's id in BTF means. As bpftool has it: before vmlinux's id is known, programs that attach to
   * no function have the empty name, that of type 0.
   */
  #hookName(object: number, type: number): string | undefined {
    if (this.#vmlinux === 0 && object !== 0 && this.#kernel.btf(object)?.name === "vmlinux")
      this.#vmlinux = object
    if (object !== this.#vmlinux) return undefined
    if (type === 0) return ""
    this.#types ??= this.#readTypes()
    if (type >= this.#types.count) return undefined
    const target = this.#types.type(type as TypeId)
    return "name" in target ? target.name : ""
  }
}

function flagsText(flags: number): string {
  const names: Readonly<Record<number, string>> = { 0: "", 1: "override", 2: "multi" }
  return names[flags] ?? `unknown(${flags.toString(16)})`
}
