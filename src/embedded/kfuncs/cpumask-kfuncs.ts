import { ArgumentRefusal, hex, memoryArgument, word } from "../helpers/argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "../helpers/helper.ts"

const STRUCT = "bpf_cpumask"
/** Reading a mask as a number: bit n is CPU n. */
type Bits = bigint

/** A set of CPUs that a program passes: one of its own, or one of the kernel's. */
function maskAt(kernel: HelperKernel, address: bigint): number {
  return memoryArgument(kernel, address, BigInt(kernel.types.layout("cpumask").size))
}

/** Of all bits of a mask, those of CPUs that can be (nr_cpu_ids). */
function read(kernel: HelperKernel, address: bigint): Bits {
  const at = maskAt(kernel, address)
  let bits = 0n
  for (let word = wordsOf(kernel) - 1; word >= 0; word--)
    bits = (bits << 64n) | kernel.memory.view.getBigUint64(at + word * 8, true)
  return bits & everyCpu(kernel)
}

function write(kernel: HelperKernel, address: bigint, bits: Bits): void {
  const at = maskAt(kernel, address)
  for (let word = 0; word < wordsOf(kernel); word++)
    kernel.memory.view.setBigUint64(at + word * 8, BigInt.asUintN(64, bits >> BigInt(word * 64)), true)
}

function wordsOf({ cpus }: HelperKernel): number {
  return Math.ceil(cpus / 64)
}

function everyCpu({ cpus }: HelperKernel): Bits {
  return (1n << BigInt(cpus)) - 1n
}

/** A mask that a program has made and not given back yet. */
function owned(kernel: HelperKernel, address: bigint): number {
  if (kernel.fields.held.get(Number(address)) === STRUCT) return Number(address)
  throw new ArgumentRefusal(`the argument ${hex(address)} is no ${STRUCT}`)
}

const create: HelperFunction = kernel => {
  const mask = kernel.types.create(STRUCT, { "usage.refs.counter": 1 })
  kernel.fields.held.set(mask.address, STRUCT)
  return mask.address
}

const acquire: HelperFunction = (kernel, [address]) => {
  const mask = kernel.types.at(STRUCT, owned(kernel, address))
  mask.set("usage.refs.counter", mask.number("usage.refs.counter") + 1)
  return address
}

/** Gives a mask back; the last owner frees it. */
export function releaseCpumask(kernel: HelperKernel, address: bigint): void {
  const mask = kernel.types.at(STRUCT, owned(kernel, address))
  const left = mask.number("usage.refs.counter") - 1
  mask.set("usage.refs.counter", left)
  if (left > 0) return
  kernel.fields.held.delete(mask.address)
  mask.free()
}

/** The lowest CPU of a set; the number of CPUs when it is empty. */
function lowest({ cpus }: HelperKernel, bits: Bits): number {
  for (let cpu = 0; cpu < cpus; cpu++) if ((bits >> BigInt(cpu)) & 1n) return cpu
  return cpus
}

/** Where the last "any" of each kernel was: the next one comes from behind it. */
const lastAny = new WeakMap<HelperKernel, number>()

function anyOf(kernel: HelperKernel, bits: Bits): number {
  const previous = lastAny.get(kernel) ?? 0
  const behind = lowest(kernel, bits & ~((1n << BigInt(previous + 1)) - 1n))
  const found = behind < kernel.cpus ? behind : lowest(kernel, bits)
  if (found < kernel.cpus) lastAny.set(kernel, found)
  return found
}

/** Sets or clears one CPU; the answer is whether it was set. A CPU that cannot be changes nothing. */
function change(next: (bits: Bits, bit: Bits) => Bits): HelperFunction {
  return (kernel, [cpu, mask]) => {
    if (word(cpu) >= kernel.cpus) return 0
    const bits = read(kernel, mask)
    const bit = 1n << BigInt(word(cpu))
    write(kernel, mask, next(bits, bit))
    return (bits & bit) === 0n ? 0 : 1
  }
}

/** Writes what comes of two sets; the answer is whether it has a CPU. */
function combine(combined: (one: Bits, other: Bits) => Bits): HelperFunction {
  return (kernel, [target, one, other]) => {
    const bits = combined(read(kernel, one), read(kernel, other))
    write(kernel, target, bits)
    return bits === 0n ? 0 : 1
  }
}

function compare(holds: (one: Bits, other: Bits) => boolean): HelperFunction {
  return (kernel, [one, other]) => (holds(read(kernel, one), read(kernel, other)) ? 1 : 0)
}

function fill(bits: (kernel: HelperKernel) => Bits): HelperFunction {
  return (kernel, [mask]) => {
    write(kernel, mask, bits(kernel))
    return 0
  }
}

const setCpu = change((bits, bit) => bits | bit)
const clearCpu = change((bits, bit) => bits & ~bit)
const anyCpu: HelperFunction = (kernel, [mask]) => anyOf(kernel, read(kernel, mask))
const anyOfBoth: HelperFunction = (kernel, [one, other]) =>
  anyOf(kernel, read(kernel, one) & read(kernel, other))

/** Sets of CPUs (kernel/bpf/cpumask.c). */
export const CPUMASK_KFUNCS: HelperTable = {
  bpf_cpumask_create: create,
  bpf_cpumask_acquire: acquire,
  bpf_cpumask_release: (kernel, [mask]) => {
    releaseCpumask(kernel, mask)
    return 0
  },
  bpf_cpumask_first: (kernel, [mask]) => lowest(kernel, read(kernel, mask)),
  bpf_cpumask_first_zero: (kernel, [mask]) => lowest(kernel, ~read(kernel, mask)),
  bpf_cpumask_first_and: (kernel, [one, other]) => lowest(kernel, read(kernel, one) & read(kernel, other)),
  bpf_cpumask_set_cpu: setCpu,
  bpf_cpumask_clear_cpu: clearCpu,
  bpf_cpumask_test_cpu: change(bits => bits),
  bpf_cpumask_test_and_set_cpu: setCpu,
  bpf_cpumask_test_and_clear_cpu: clearCpu,
  bpf_cpumask_setall: fill(everyCpu),
  bpf_cpumask_clear: fill(() => 0n),
  bpf_cpumask_and: combine((one, other) => one & other),
  bpf_cpumask_or: combine((one, other) => one | other),
  bpf_cpumask_xor: combine((one, other) => one ^ other),
  bpf_cpumask_equal: compare((one, other) => one === other),
  bpf_cpumask_intersects: compare((one, other) => (one & other) !== 0n),
  bpf_cpumask_subset: compare((one, other) => (one & ~other) === 0n),
  bpf_cpumask_empty: (kernel, [mask]) => (read(kernel, mask) === 0n ? 1 : 0),
  bpf_cpumask_full: (kernel, [mask]) => (read(kernel, mask) === everyCpu(kernel) ? 1 : 0),
  bpf_cpumask_copy: (kernel, [target, source]) => {
    write(kernel, target, read(kernel, source))
    return 0
  },
  bpf_cpumask_any_distribute: anyCpu,
  bpf_cpumask_any_and_distribute: anyOfBoth,
  bpf_cpumask_weight: (kernel, [mask]) => read(kernel, mask).toString(2).replaceAll("0", "").length,
}
