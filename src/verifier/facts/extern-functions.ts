import { type Btf, essentialName, type TypeId, VOID } from "../../btf/index.ts"
import type { ObjectSpec } from "../../object/index.ts"
import type { VerifierKernel } from "../program.ts"

const DEEPEST = 32

/**
 * The kernel function that an object's extern stands for. Programs may declare several variants of one,
 * "bpf_task_acquire___new": a loader takes those whose prototypes fit the kernel's.
 */
export function kernelFunction(
  { btf, externs }: ObjectSpec,
  name: string,
  kernel: VerifierKernel,
): { readonly name: string; readonly btfId: TypeId | undefined } {
  const essential = essentialName(name)
  const btfId = kernel.btf.find(essential, "func")
  const extern = externs.find(each => each.name === name)
  const theirs = btfId && kernel.btf.typeOf(btfId, "func")?.type
  const fits =
    theirs === undefined ||
    !btf ||
    extern?.kind !== "kfunc" ||
    compatible(btf, extern.type, kernel.btf, theirs, DEEPEST)
  return { name: essential, btfId: fits ? btfId : undefined }
}

/** As libbpf compares types by their shape: kinds all the way down, and nothing of structures. */
function compatible(a: Btf, x: TypeId, b: Btf, y: TypeId, depth: number): boolean {
  if (depth === 0) return false
  const [left, right] = [a.resolve(x), b.resolve(y)]
  if (left === VOID || right === VOID) return left === right
  const mine = a.type(left)
  const theirs = b.type(right)
  switch (mine.kind) {
    case "ptr":
      return theirs.kind === "ptr" && compatible(a, mine.type, b, theirs.type, depth - 1)
    case "array":
      return theirs.kind === "array" && compatible(a, mine.element, b, theirs.element, depth - 1)
    case "enum":
    case "enum64":
      return theirs.kind === "enum" || theirs.kind === "enum64"
    case "func_proto":
      return (
        theirs.kind === "func_proto" &&
        mine.params.length === theirs.params.length &&
        mine.params.every(({ type }, index) =>
          compatible(a, type, b, theirs.params[index]!.type, depth - 1),
        ) &&
        compatible(a, mine.returns, b, theirs.returns, depth - 1)
      )
    case "fwd":
      // What a program only names is as it is.
      return theirs.kind === "fwd" || theirs.kind === "struct" || theirs.kind === "union"
    default:
      return mine.kind === theirs.kind
  }
}
