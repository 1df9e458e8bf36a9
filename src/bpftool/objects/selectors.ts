import { type Errno, errnoText, SkepError, UsageError } from "../../base/index.ts"
import type { KernelObjects, LinkFacts, MapFacts, ObjectKind, ProgramFacts } from "../../kernel/index.ts"
import type { Words } from "./words.ts"

/** Where the kernel's names end. */
const LONGEST_NAME = 15

export const PROGRAM_TERM = "PROG := { id PROG_ID | pinned FILE | tag PROG_TAG | name PROG_NAME }"
export const MAP_TERM = "MAP := { id MAP_ID | pinned FILE | name MAP_NAME }"
export const LINK_TERM = "LINK := { id LINK_ID | pinned FILE }"

/** Every program that the words name: tags and names may be those of several. */
export function selectPrograms(words: Words, kernel: KernelObjects): ProgramFacts[] {
  switch (words.take("id", "tag", "name", "pinned")) {
    case "id":
      return [programById(kernel, words.number("ID"))]
    case "tag": {
      const tag = words.next("a tag").toLowerCase()
      if (!/^[0-9a-f]{16}$/.test(tag)) throw new UsageError(`can't parse tag '${tag}': it has 16 hex digits`)
      return allPrograms(kernel).filter(program => program.tag === tag)
    }
    case "name": {
      const name = words.next("a name")
      return allPrograms(kernel).filter(program => program.fullName === name)
    }
    case "pinned":
      return [programById(kernel, pinnedId(kernel, "program", words.next("a path")))]
    default:
      throw new UsageError(`expected 'id', 'tag', 'name' or 'pinned', got: '${words.peek() ?? ""}'`)
  }
}

export function selectProgram(words: Words, kernel: KernelObjects): ProgramFacts {
  return only(selectPrograms(words, kernel), "programs")
}

export function selectMaps(words: Words, kernel: KernelObjects): MapFacts[] {
  switch (words.take("id", "name", "pinned")) {
    case "id":
      return [mapById(kernel, words.number("ID"))]
    case "name": {
      const name = words.next("a name")
      if (name.length > LONGEST_NAME)
        throw new UsageError(`can't parse name '${name}': the kernel keeps ${LONGEST_NAME} characters`)
      return allMaps(kernel).filter(map => map.name === name)
    }
    case "pinned":
      return [mapById(kernel, pinnedId(kernel, "map", words.next("a path")))]
    default:
      throw new UsageError(`expected 'id', 'name' or 'pinned', got: '${words.peek() ?? ""}'`)
  }
}

export function selectMap(words: Words, kernel: KernelObjects): MapFacts {
  return only(selectMaps(words, kernel), "maps")
}

export function selectLink(words: Words, kernel: KernelObjects): LinkFacts {
  switch (words.take("id", "pinned")) {
    case "id": {
      const id = words.number("ID")
      return kernel.link(id) ?? fail(`failed to get link with ID ${id}`, "ENOENT")
    }
    case "pinned": {
      const id = pinnedId(kernel, "link", words.next("a path"))
      return kernel.link(id) ?? fail(`failed to get link with ID ${id}`, "ENOENT")
    }
    default:
      throw new UsageError(`expected 'id' or 'pinned', got: '${words.peek() ?? ""}'`)
  }
}

export function programById(kernel: KernelObjects, id: number): ProgramFacts {
  return kernel.program(id) ?? fail(`get by id (${id})`, "ENOENT")
}

export function mapById(kernel: KernelObjects, id: number): MapFacts {
  return kernel.map(id) ?? fail(`get map by id (${id})`, "ENOENT")
}

/** Programs that are still there when their turn comes. */
export function allPrograms(kernel: KernelObjects): ProgramFacts[] {
  return kernel.ids("program").flatMap(id => kernel.program(id) ?? [])
}

export function allMaps(kernel: KernelObjects): MapFacts[] {
  return kernel.ids("map").flatMap(id => kernel.map(id) ?? [])
}

const NAMES: Readonly<Record<ObjectKind | "unknown", string>> = {
  program: "prog",
  map: "map",
  link: "link",
  btf: "btf",
  unknown: "unknown",
}

function pinnedId(kernel: KernelObjects, kind: ObjectKind, path: string): number {
  const found = kernel.pinned(path)
  if (found.kind === kind) return found.id
  throw new SkepError(`${path}: incorrect object type: ${NAMES[found.kind]}, not ${NAMES[kind]}`)
}

function only<T extends { readonly id: number }>(found: readonly T[], what: string): T {
  const [first, second] = found
  if (first && !second) return first
  if (!first) throw new SkepError(`no such ${what.slice(0, -1)} (ENOENT)`, { errno: "ENOENT" })
  const ids = found.map(each => each.id).join(", ")
  throw new SkepError(`several ${what} match this handle`, { hint: `name one of them by id: ${ids}` })
}

function fail(action: string, errno: Errno): never {
  throw new SkepError(`${action}: ${errnoText(errno)} (${errno})`, { errno })
}
