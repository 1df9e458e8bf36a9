import { NotModelledError } from "../../base/index.ts"
import { ArgumentRefusal, hex, word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable, Invocation } from "./helper.ts"

/** Program types that run inside of perf's own section, which counts itself in bpf_prog_active. */
const IN_PERF_SECTION = new Set(["kprobe", "tracepoint", "perf_event"])

/** Per-CPU variables of the kernel that the model knows, by name: what they hold on a CPU. */
const VARIABLES: Readonly<
  Partial<Record<string, (kernel: HelperKernel, cpu: number, invocation: Invocation) => VariableValue>>
> = {
  cpu_number: (_kernel, cpu) => ({ size: 4, value: cpu }),
  bpf_prog_active: (kernel, cpu, { program }) => ({
    size: 4,
    value: cpu === kernel.cpu() && IN_PERF_SECTION.has(program.type) ? 1 : 0,
  }),
  current_task: (kernel, cpu) => ({ size: 8, value: taskOn(kernel, cpu) }),
  pcpu_hot: (kernel, cpu) => ({
    struct: "pcpu_hot",
    fields: { current_task: taskOn(kernel, cpu), cpu_number: cpu },
  }),
}

type VariableValue =
  | { readonly size: 4 | 8; readonly value: number }
  | { readonly struct: string; readonly fields: Readonly<Record<string, number>> }

/** One task runs; what the other CPUs idle in is not modelled. */
function taskOn(kernel: HelperKernel, cpu: number): number {
  return cpu === kernel.cpu() ? kernel.currentTask().address : 0
}

/** Where a variable's value on a CPU stands, up to date. */
function variableAt(kernel: HelperKernel, address: bigint, cpu: number, invocation: Invocation): number {
  const name = kernel.perCpuVariable(address)
  if (name === undefined)
    throw new ArgumentRefusal(`the argument ${hex(address)} is no memory that every CPU has of its own`)
  const value = VARIABLES[name]?.(kernel, cpu, invocation)
  if (!value)
    throw new NotModelledError(`the per-CPU variable ${name} is not modelled by the embedded kernel yet`, {
      hint: `modelled so far: ${Object.keys(VARIABLES).join(", ")}`,
    })
  const places = known.get(kernel) ?? new Map<string, number>()
  known.set(kernel, places)
  const key = `${name} ${cpu}`
  const size = "struct" in value ? kernel.types.layout(value.struct).size : value.size
  const at = places.get(key) ?? kernel.memory.alloc(size)
  places.set(key, at)
  if ("struct" in value) {
    const object = kernel.types.at(value.struct, at)
    for (const [field, content] of Object.entries(value.fields)) object.set(field, content)
  } else if (value.size === 4) kernel.memory.view.setUint32(at, value.value, true)
  else kernel.memory.view.setBigUint64(at, BigInt(value.value), true)
  return at
}

/** Where each variable of each CPU stands, by kernel. */
const known = new WeakMap<HelperKernel, Map<string, number>>()

/** A CPU's copy of an allocated object, or of a variable of the kernel. */
function onCpu(kernel: HelperKernel, pointer: bigint, cpu: number, invocation: Invocation): number {
  const object = kernel.fields.objects.find(Number(pointer))
  return object ? object.address + cpu * object.stride : variableAt(kernel, pointer, cpu, invocation)
}

const perCpu: HelperFunction = (kernel, [pointer, cpu], invocation) =>
  word(cpu) < kernel.cpus ? onCpu(kernel, pointer, word(cpu), invocation) : 0

const thisCpu: HelperFunction = (kernel, [pointer], invocation) =>
  onCpu(kernel, pointer, kernel.cpu(), invocation)

/** Helpers that find a CPU's own copy. */
export const CPU_HELPERS: HelperTable = { bpf_per_cpu_ptr: perCpu, bpf_this_cpu_ptr: thisCpu }
