import { type HelperArgument, helperPrototype, kfuncAllowed } from "../../catalog/details.ts"
import { kfunc } from "../../catalog/index.ts"
import type { Register } from "../state/register.ts"
import { baseType, mayBeNull, TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { bytes, doing, type Explainer, type Failure, place, type Told } from "./failure.ts"
import { describe, describeNumber } from "./words.ts"

/** The argument of a helper that a register stands for. */
function argumentOf({ walk, called, register }: Failure): HelperArgument | undefined {
  if (called === undefined || register === undefined) return undefined
  const { program, kernel } = walk
  const user = { programType: program.type, attachType: program.attachType, sleepable: program.sleepable }
  return helperPrototype(called, { ...user, release: kernel.release })?.arguments[register - 1]
}

/** The registers that a call got, for arguments whose message names none: "arg#1". */
function given({ walk, message, register }: Failure): { readonly number: number; readonly held: Register } {
  const named = /arg#?(\d)/.exec(message)
  const number = register ?? (named ? Number(named[1]) + (/helper arg/.test(message) ? 0 : 1) : 1)
  return {
    number,
    held: currentFrame(walk.state).registers[number] ?? currentFrame(walk.state).registers[1]!,
  }
}

export const explainArgumentType: Explainer = failure => {
  const argument = argumentOf(failure)
  const { number, held } = given(failure)
  const named = argument ? ` as \`${argument.c} ${argument.name}\`` : ""
  const wanted = argument ? WANTED[argument.kind] : undefined
  return {
    what: `passes r${number} to ${failure.called ?? "a function"}${named}`,
    known: `r${number} is ${describe(held)}`,
    needs: `${wanted ?? expectedText(failure.message)}${argument?.nullable ? ", or null" : ""}`,
    fix: argumentFix(failure, held),
    start: { registers: [number] },
  }
}

/** Most messages name the types that are expected, in the kernel's words. */
function expectedText(message: string): string {
  const pointer = /expected pointer to (.+?)(?: but .*)?$/.exec(message)
  if (pointer) return `a pointer to ${pointer[1]}`
  const listed = /expected=(.+)$/.exec(message)
  if (listed) return `one of ${listed[1]}`
  const struct = /but (\w+) is expected/.exec(message)
  return struct ? `a pointer to struct ${struct[1]}` : "an argument of the type that the function declares"
}

const WANTED: Readonly<Partial<Record<HelperArgument["kind"], string>>> = {
  scalar: "a number",
  size: "a number of bytes",
  sizeOrZero: "a number of bytes",
  allocationSize: "a constant number of bytes",
  context: "the context as the program got it",
  mapPointer: "a map of the object",
  mapKey: "a pointer to a key: initialised memory on the stack, in a map's value or in the packet",
  mapValue: "a pointer to a value: memory on the stack, in a map's value or in the packet",
  memory: "a pointer to memory: stack, map value, packet, or memory that a helper gave",
  constString: "constant text in a read-only map",
  spinLock: "a pointer to the bpf_spin_lock of a map's value",
  timer: "a pointer to the bpf_timer of a map's value",
  callback: "a static function of the program",
  stack: "a pointer to the stack",
  socket: "a full socket, as bpf_sk_fullsock or a lookup gives it",
  socketCommon: "a socket, as lookups and ctx->sk give it",
  btfSocketCommon: "a socket, or a kernel object that begins like one",
  btfPointer: "a pointer to that kernel structure, from the context or from a trusted one",
  perCpuVariable: "the address of a per-CPU variable (`extern … __ksym`)",
  ringbufMemory: "a record as bpf_ringbuf_reserve gave it, at its start",
  dynptr: "a dynptr on the stack, initialised",
}

function argumentFix(failure: Failure, held: Register): string {
  const { walk, called } = failure
  if (/helper access to the packet/.test(failure.message))
    return "copy the bytes to the stack first: this helper does not take memory of the packet, or not from this type of program"
  if (mayBeNull(held.type)) return `compare it with null before ${place(failure)}: \`if (!p) return …;\``
  if (baseType(held.type) === TYPE.SCALAR) return scalarFix(argumentOf(failure)?.kind)
  if (baseType(held.type) === TYPE.BTF_ID && !walk.program.gpl)
    return "only programs under the GPL handle kernel structures"
  return `pass what ${called ?? "the function"} declares; copy to the stack first what lies in other memory`
}

function scalarFix(kind: HelperArgument["kind"] | undefined): string {
  switch (kind) {
    case "context":
      return "pass `ctx` itself: after a load, a cast or arithmetic it is a number"
    case "socket":
    case "socketCommon":
    case "btfSocketCommon":
      return "pass what a lookup, ctx->sk or bpf_sk_fullsock gave, compared with null; a socket that was released is a number"
    case "mapPointer":
      return "pass the address of the map itself (`&map`); a map that is chosen at run time comes from a map of maps"
    default:
      return "pass an address: a number is none, and a pointer that was released, loaded from memory or computed from becomes a number"
  }
}

export const explainArgumentValue: Explainer = failure => {
  if (/non-zero flags/.test(failure.message)) return flagsOf(failure)
  const { number, held } = given(failure)
  return {
    what: `passes r${number} to ${failure.called ?? "a function"}`,
    known: `r${number} is ${describe(held)}`,
    needs: /readonly map|zero-terminated|constant address|direct value/.test(failure.message)
      ? "text that ends in a zero byte and cannot change: in `const` data, at a constant offset"
      : "a constant: the kernel must know the value before the program runs",
    fix: "write the value as a constant (`const`, #define, enum), not as a variable that is only known when the program runs",
    start: { registers: [number] },
  }
}

/** Flags that a helper keeps for later. */
function flagsOf({ walk, called }: Failure): Told {
  const flags = currentFrame(walk.state).registers[2]!
  return {
    what: `passes r2 to ${called} as its flags`,
    known: `r2 is ${describe(flags)}`,
    needs: "flags of 0",
    fix: "pass 0: the helper has no flags yet",
    start: { registers: [2] },
  }
}

export const explainNullArgument: Explainer = failure => {
  const { number, held } = given(failure)
  const row = failure.called === undefined ? undefined : kfunc(failure.called)
  const { program, kernel } = failure.walk
  const allowed = row && kfuncAllowed(row, { programType: program.type, release: kernel.release }).allowed
  return {
    what: `passes r${number} to ${failure.called ?? "a function"}`,
    known: `r${number} is ${describe(held)}`,
    needs:
      allowed === undefined
        ? "a pointer that was compared with null"
        : "a pointer that cannot be null: the kfunc does not look",
    fix: `compare it with null before ${place(failure)}: \`if (!p) return …;\``,
    start: { registers: [number] },
  }
}

/** The argument that is a size which may be zero, where the message names none. */
function sizeOf({ walk, message, called }: Failure): number {
  if (called === undefined || !/zero-sized/.test(message)) return 0
  const { registers } = currentFrame(walk.state)
  const { type: programType, attachType, sleepable } = walk.program
  const user = { programType, attachType, sleepable, release: walk.kernel.release }
  const list = helperPrototype(called, user)?.arguments ?? []
  const at = list.findIndex(({ kind }, index) => kind === "size" && registers[index + 1]!.scalar.umin === 0n)
  return at + 1
}

/** The size of the memory that the register before points to. */
export const explainMemorySize: Explainer = failure => {
  const { message } = failure
  const { register = sizeOf(failure) } = failure
  const held = currentFrame(failure.walk.state).registers[register]
  if (!held || held.type !== TYPE.SCALAR)
    return {
      what: doing(failure),
      known: held ? `r${register} is ${describe(held)}` : message,
      needs: "memory as large as the size that is passed with it",
      fix: "pass the size of the very variable, `sizeof(v)`",
    }
  const { scalar } = held
  const zero = scalar.umin === 0n && scalar.umax > 0n
  const negative = scalar.smin < 0n
  const pointer = register > 1 ? currentFrame(failure.walk.state).registers[register - 1] : undefined
  return {
    start: { registers: [register] },
    what: `passes r${register} to ${failure.called ?? "a function"} as the size of what r${register - 1} points to`,
    known: `r${register} is ${describeNumber(scalar)}${pointer ? `, r${register - 1} is ${describe(pointer)}` : ""}`,
    needs: negative
      ? "a size that cannot be negative"
      : /zero-sized/.test(message)
        ? `a size of at least ${bytes(1)}`
        : "a size with a limit that fits the memory",
    fix: negative
      ? `make it unsigned, mask it (\`& 0xff\`), or leave when it is negative before ${place(failure)}`
      : zero && /zero-sized/.test(message)
        ? `leave when it is 0 ${scalar.umax > 0xffffn ? "or larger than the buffer " : ""}before ${place(failure)}`
        : `compare it with the size of the buffer before ${place(failure)}`,
  }
}

export const explainTrust: Explainer = failure => {
  const { number, held } = given(failure)
  return {
    what: `passes r${number} to ${failure.called ?? "a function"}`,
    known: `r${number} is ${describe(held)}`,
    needs:
      "a pointer that the kernel vouches for: an argument of a tp_btf, fentry, lsm or struct_ops program, or one that an acquiring kfunc gave and that was not released",
    fix: "acquire the object first (bpf_task_acquire, bpf_task_from_pid, bpf_cgroup_from_id …), test the result for null, and release it after the call; members that were read from it are not trusted",
    start: { registers: [number] },
  }
}

export const explainIterator: Explainer = failure => ({
  what: `calls ${failure.called ?? "a kfunc of an iterator"}`,
  known: /uninitialized/.test(failure.message)
    ? "an iterator was made there already"
    : /constant|offset/.test(failure.message)
      ? `r1 is ${describe(given(failure).held)}`
      : "no iterator of that kind was made there, or it was ended",
  needs:
    "an iterator on the stack that was made by its _new, used by its _next, and ended by its _destroy, once each and in that order",
  fix: "use bpf_for_each() or bpf_for() of libbpf's bpf_helpers.h, which keep to that order on every way out of the loop",
  start: { registers: [1] },
})

export const explainCallback: Explainer = failure => ({
  what: doing(failure),
  known: failure.message,
  needs: "a static function of the program with its BTF, that takes what the helper passes",
  fix: "declare the callback `static`, compile with -g, and give it the parameters that the helper documents",
})

export const explainGlobalFunction: Explainer = failure => {
  const { number, held } = given(failure)
  return {
    what: doing(failure),
    known: `r${number} is ${describe(held)}`,
    needs:
      "arguments as the global function's prototype declares them: it is checked for itself, for any caller",
    fix: "check for null before the call, annotate the parameter (__arg_nonnull, __arg_nullable, __arg_ctx, __arg_trusted), or make the function static",
    start: { registers: [1, 2, 3, 4, 5] },
  }
}
