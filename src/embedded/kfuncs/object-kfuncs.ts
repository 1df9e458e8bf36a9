import { errnoNumber } from "../../base/index.ts"
import type { TypeId } from "../../btf/index.ts"
import { typesOf, type ValueLayout } from "../fields/index.ts"
import { ArgumentRefusal, memoryArgument } from "../helpers/argument.ts"
import type { HelperFunction, HelperTable } from "../helpers/helper.ts"
import { int } from "./result.ts"

const EINVAL = int(-errnoNumber("EINVAL"))
/** Bytes of `struct bpf_list_head` and `struct bpf_rb_root`. */
const ROOT_BYTES = 16n

type Frame = Parameters<HelperFunction>[3]

/** The struct of the program's own types that an object is to be. */
function layoutArgument({ program }: Frame, type: bigint): ValueLayout {
  const types = typesOf(program)
  if (!types) throw new ArgumentRefusal("the program has no types of its own")
  const layout = types.layoutOf(Number(type) as TypeId)
  if (layout.size > 0) return layout
  throw new ArgumentRefusal(`the program's type ${type} has no size`)
}

const create: HelperFunction = (kernel, [type], _invocation, frame) =>
  kernel.fields.objects.create(layoutArgument(frame, type))

const createPerCpu: HelperFunction = (kernel, [type], _invocation, frame) =>
  kernel.fields.objects.create(layoutArgument(frame, type), kernel.cpus)

const drop: HelperFunction = (kernel, [object]) => {
  kernel.fields.drop(kernel.fields.objects.argument(object))
  return 0
}

const acquire: HelperFunction = (kernel, [address]) => {
  const { objects } = kernel.fields
  if (objects.acquire(objects.argument(address))) return address
  throw new ArgumentRefusal(`the object at 0x${address.toString(16)} has no bpf_refcount`)
}

/** A node that is in a list or tree already loses the owner that was to be handed over. */
function push(end: "front" | "back"): HelperFunction {
  return (kernel, [head, node]) => {
    const { objects, collections } = kernel.fields
    const object = objects.holding(node)
    if (collections.push(memoryArgument(kernel, head, ROOT_BYTES), Number(node), end)) return 0
    kernel.fields.drop(object)
    return EINVAL
  }
}

function pop(end: "front" | "back"): HelperFunction {
  return (kernel, [head]) => kernel.fields.collections.pop(memoryArgument(kernel, head, ROOT_BYTES), end)
}

const treeAdd: HelperFunction = (kernel, [root, node, less], _invocation, frame) => {
  const { objects, collections } = kernel.fields
  const object = objects.holding(node)
  const isLess = (one: number, other: number): boolean =>
    frame.callSubprogram(less, [BigInt(one), BigInt(other)]) !== 0n
  if (collections.add(memoryArgument(kernel, root, ROOT_BYTES), Number(node), isLess)) return 0
  kernel.fields.drop(object)
  return EINVAL
}

/** Objects that programs allocate, and the lists and trees they are kept in. */
export const OBJECT_KFUNCS: HelperTable = {
  bpf_obj_new_impl: create,
  bpf_obj_drop_impl: drop,
  bpf_percpu_obj_new_impl: createPerCpu,
  bpf_percpu_obj_drop_impl: drop,
  bpf_refcount_acquire_impl: acquire,
  bpf_list_push_front_impl: push("front"),
  bpf_list_push_back_impl: push("back"),
  bpf_list_pop_front: pop("front"),
  bpf_list_pop_back: pop("back"),
  bpf_rbtree_add_impl: treeAdd,
  bpf_rbtree_remove: (kernel, [root, node]) =>
    kernel.fields.collections.remove(memoryArgument(kernel, root, ROOT_BYTES), Number(node)) ? node : 0n,
  bpf_rbtree_first: (kernel, [root]) =>
    kernel.fields.collections.first(memoryArgument(kernel, root, ROOT_BYTES)),
}
