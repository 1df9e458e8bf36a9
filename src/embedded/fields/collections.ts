import type { KernelMemory } from "../memory/index.ts"

/** Where a node says which list or tree it is in, behind its links. */
const OWNER = { list: 16, tree: 24 } as const

/**
 * Lists and trees of allocated objects: their nodes in order, by the address of the head or root. Links between
 * nodes are kept here and not in memory, where a program that no verifier has seen could bend them; owners are
 * written to the nodes. A tree keeps the order of Linux's red-black tree, but may compare more or less often.
 */
export class Collections {
  readonly #memory: KernelMemory
  readonly #nodes = new Map<number, number[]>()

  constructor(memory: KernelMemory) {
    this.#memory = memory
  }

  /** False when the node is in a list already. */
  push(head: number, node: number, end: "front" | "back"): boolean {
    const nodes = this.#join(head, node, "list")
    if (!nodes) return false
    if (end === "front") nodes.unshift(node)
    else nodes.push(node)
    return true
  }

  /** Takes a node out of a list and gives its address; 0 when the list is empty. */
  pop(head: number, end: "front" | "back"): number {
    const nodes = this.#nodes.get(head)
    const node = end === "front" ? nodes?.shift() : nodes?.pop()
    if (node === undefined) return 0
    this.#leave(head, node, "list")
    return node
  }

  /** Puts a node into a tree behind all that are not greater; false when it is in a tree already. */
  add(root: number, node: number, isLess: (node: number, other: number) => boolean): boolean {
    const nodes = this.#join(root, node, "tree")
    if (!nodes) return false
    let [from, to] = [0, nodes.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (isLess(node, nodes[middle] as number)) to = middle
      else from = middle + 1
    }
    nodes.splice(from, 0, node)
    return true
  }

  /** Takes a node out of a tree; false when it is not in this one. */
  remove(root: number, node: number): boolean {
    const nodes = this.#nodes.get(root)
    const at = nodes?.indexOf(node) ?? -1
    if (!nodes || at < 0) return false
    nodes.splice(at, 1)
    this.#leave(root, node, "tree")
    return true
  }

  /** The least node of a tree, or 0. */
  first(root: number): number {
    return this.#nodes.get(root)?.[0] ?? 0
  }

  /** Empties a list or tree and gives what was in it. */
  drain(head: number, kind: "list" | "tree"): readonly number[] {
    const nodes = this.#nodes.get(head) ?? []
    this.#nodes.delete(head)
    for (const node of nodes) this.#setOwner(node, 0, kind)
    return nodes
  }

  #join(head: number, node: number, kind: "list" | "tree"): number[] | undefined {
    if (this.#memory.view.getBigUint64(node + OWNER[kind], true) !== 0n) return undefined
    this.#setOwner(node, head, kind)
    const nodes = this.#nodes.get(head) ?? []
    this.#nodes.set(head, nodes)
    return nodes
  }

  #leave(head: number, node: number, kind: "list" | "tree"): void {
    this.#setOwner(node, 0, kind)
    if (this.#nodes.get(head)?.length === 0) this.#nodes.delete(head)
  }

  #setOwner(node: number, owner: number, kind: "list" | "tree"): void {
    this.#memory.view.setBigUint64(node + OWNER[kind], BigInt(owner), true)
  }
}
