import { type Btf, type TypeId, tracepointHandler } from "../../btf/index.ts"
import { iteratorSignature, lsmHook, tracepointSignature } from "../../catalog/details.ts"
import { type FunctionSignature, isSince, type ProgramTypeName } from "../../catalog/index.ts"
import type { AttachTarget, VerifierKernel } from "../program.ts"
import { ERRNO } from "../reject.ts"
import { signatureOf } from "./signature.ts"

type Refusal = AttachTarget["refusal"]

/** What a program that is attached by BTF stands on; undefined for other programs and for targets the kernel lacks. */
export function attachTarget(
  type: ProgramTypeName,
  attach: string | undefined,
  target: string,
  sleepable: boolean,
  kernel: VerifierKernel,
): AttachTarget | undefined {
  if (type === "lsm") return lsmTarget(target, sleepable, kernel)
  if (type !== "tracing") return undefined
  if (attach === "trace_raw_tp") return tracepointTarget(target, kernel)
  if (attach === "trace_iter") return iteratorTarget(target, kernel)
  return functionTarget(target, attach, sleepable, kernel)
}

function lsmTarget(hook: string, sleepable: boolean, kernel: VerifierKernel): AttachTarget | undefined {
  const name = `bpf_lsm_${hook}`
  const facts = lsmHook(hook, kernel.release)
  const { btf } = kernel
  const id = btf.find(name, "func")
  if (id === undefined) return undefined
  const refusal: Refusal = facts.disabled
    ? { message: `attach_btf_id ${id} points to disabled hook ${name}`, errno: ERRNO.EINVAL }
    : sleepable && !facts.sleepable
      ? { message: `${name} is not sleepable`, errno: ERRNO.EINVAL }
      : undefined
  return fromFunction(id, name, hook, refusal, kernel)
}

/** Functions that subsystems open to programs which change what they return, and those that may sleep there. */
const MODIFIABLE: ReadonlyMap<string, "plain" | "sleepable"> = new Map([
  ["bpf_modify_return_test", "plain"],
  ["bpf_modify_return_test2", "plain"],
  ["bpf_modify_return_test_tp", "plain"],
  ["bpf_fentry_test1", "sleepable"],
  ["update_socket_protocol", "plain"],
])

function functionTarget(
  name: string,
  attach: string | undefined,
  sleepable: boolean,
  kernel: VerifierKernel,
): AttachTarget | undefined {
  const id = kernel.btf.find(name, "func")
  if (id === undefined) return undefined
  const isSecurity = name.startsWith("security_")
  const injectable = kernel.config?.("CONFIG_FUNCTION_ERROR_INJECTION") ?? false
  // Before, these were among the functions for error injection.
  const open = injectable || isSince("6.3", kernel.release) ? MODIFIABLE.get(name) : undefined
  let refusal: Refusal
  if (sleepable) {
    const allowed =
      open === "sleepable" ||
      (name.startsWith("bpf_lsm_") && lsmHook(name.slice(8), kernel.release).sleepable) ||
      (injectable && /^__(x64|arm64)_sys_/.test(name))
    if (!allowed) refusal = { message: `${name} is not sleepable`, errno: ERRNO.EINVAL }
  } else if (attach === "modify_return" && !isSecurity && !injectable && !open)
    refusal = { message: `${name}() is not modifiable`, errno: ERRNO.EINVAL }
  if (!refusal && attach !== "trace_fentry" && neverReturns(name, kernel))
    refusal = {
      message: "Attaching fexit/fmod_ret to __noreturn functions is rejected.",
      errno: ERRNO.EINVAL,
    }
  return fromFunction(id, name, name, refusal, kernel)
}

/** The kernel's list of such functions; where its symbol is, so is the check. */
const NORETURN_LIST = "noreturn_deny"
const NORETURN = new Set([
  "__ia32_sys_exit",
  "__ia32_sys_exit_group",
  "__module_put_and_kthread_exit",
  "__x64_sys_exit",
  "__x64_sys_exit_group",
  "do_exit",
  "do_group_exit",
  "kthread_complete_and_exit",
  "kthread_exit",
  "make_task_dead",
])

/** Newer kernels refuse programs that would run when a function returns that never does. */
function neverReturns(name: string, { hasSymbol }: VerifierKernel): boolean {
  return NORETURN.has(name) && hasSymbol?.(NORETURN_LIST) === true
}

function fromFunction(
  id: TypeId,
  name: string,
  hook: string,
  refusal: Refusal,
  { btf }: VerifierKernel,
): AttachTarget | undefined {
  const signature = signatureOf(btf, btf.typeOf(id, "func")!.type, name)
  return (
    signature && {
      signature,
      hook,
      operations: undefined,
      refusal,
      returnsVoid: signature.result === undefined,
    }
  )
}

function tracepointTarget(tracepoint: string, { btf, release }: VerifierKernel): AttachTarget | undefined {
  const handler = tracepointHandler(btf, tracepoint)
  const signature = handler && signatureOf(btf, handler, tracepoint, 1)
  if (!signature) return undefined
  return {
    signature: tracepointSignature(tracepoint, signature, release),
    hook: tracepoint,
    operations: undefined,
    refusal: undefined,
    returnsVoid: signature.result === undefined,
  }
}

function iteratorTarget(target: string, { btf, release }: VerifierKernel): AttachTarget | undefined {
  const name = `bpf_iter_${target}`
  const id = btf.find(name, "func")
  const signature = id && signatureOf(btf, btf.typeOf(id, "func")!.type, name)
  if (!signature) return undefined
  return {
    signature: iteratorSignature(signature, release),
    hook: target,
    operations: undefined,
    refusal: undefined,
    returnsVoid: false,
  }
}

/** An operation of a kernel structure of functions: its prototype is that of the structure's member. */
export function operationTarget(
  struct: string,
  member: string,
  sleepable: boolean,
  { btf }: VerifierKernel,
): AttachTarget | undefined {
  const id = btf.find(struct.replace(/___.*$/, ""), "struct")
  const field = id && btf.typeOf(id, "struct")?.members.find(each => each.name === member)
  const pointer = field && btf.typeOf(btf.resolve(field.type), "ptr")
  const signature = pointer && signatureOf(btf, btf.resolve(pointer.type), member)
  if (!signature) return undefined
  return {
    signature: withNullable(btf, `${struct.replace(/___.*$/, "")}__${member}`, signature),
    hook: `${struct}.${member}`,
    operations: struct,
    refusal: memberRefusal(struct, member, sleepable),
    returnsVoid: signature.result === undefined,
  }
}

/** The kernel's own stub of an operation says by its parameters' names which of them may be null. */
function withNullable(btf: Btf, stub: string, signature: FunctionSignature): FunctionSignature {
  const id = btf.find(stub, "func")
  const prototype = id && btf.typeOf(btf.typeOf(id, "func")!.type, "func_proto")
  if (!prototype) return signature
  const nullable = (index: number) => prototype.params[index]?.name.endsWith("__nullable") ?? false
  return {
    ...signature,
    arguments: signature.arguments.map((argument, index) =>
      argument.kind === "structure" && nullable(index) ? { ...argument, orNull: true } : argument,
    ),
  }
}

/** Members that their structure keeps to itself (`check_member` of the kernel's struct_ops). */
function memberRefusal(struct: string, member: string, sleepable: boolean): Refusal {
  const closed =
    (struct === "tcp_congestion_ops" && member === "get_info") ||
    (struct === "bpf_dummy_ops" && sleepable && member !== "test_sleepable")
  if (!closed) return undefined
  return { message: `attach to unsupported member ${member} of struct ${struct}`, errno: ERRNO.EINVAL }
}
