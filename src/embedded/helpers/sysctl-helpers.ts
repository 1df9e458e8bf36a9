import { encodeUtf8, errnoNumber } from "../../base/index.ts"
import type { SysctlRun } from "../sysctls/index.ts"
import { ArgumentRefusal, memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable, Invocation } from "./helper.ts"

/** BPF_F_SYSCTL_BASE_NAME. */
const BASE_NAME = 1n
const MOST_NEW_BYTES = 4095
const [EINVAL, E2BIG] = [-errnoNumber("EINVAL"), -errnoNumber("E2BIG")]

function runOf({ group, program }: Invocation): SysctlRun {
  if (group?.hook === "cgroup_sysctl") return group.state as SysctlRun
  throw new ArgumentRefusal(`the ${program.type} program runs on no sysctl`)
}

/** Copies a value with zeros behind it: its length, or −E2BIG when it had to be cut. */
function copyValue(kernel: HelperKernel, at: number, size: number, value: Uint8Array | undefined): number {
  if (size === 0) return E2BIG
  const { bytes } = kernel.memory
  bytes.fill(0, at, at + size)
  if (!value || value.length === 0) return EINVAL
  bytes.set(value.subarray(0, size), at)
  if (size > value.length) return value.length
  bytes[at + size - 1] = 0
  return E2BIG
}

const getName: HelperFunction = (kernel, [_context, buffer, size, flags], invocation) => {
  const { name } = runOf(invocation)
  const at = memoryArgument(kernel, buffer, size)
  const wanted = (flags & BASE_NAME) !== 0n ? name.slice(name.lastIndexOf("/") + 1) : name
  const text = encodeUtf8(wanted).subarray(0, Math.max(Number(size) - 1, 0))
  if (size > 0n) kernel.memory.write(at, Uint8Array.of(...text, 0))
  return text.length < wanted.length || size === 0n ? E2BIG : text.length
}

const setNewValue: HelperFunction = (kernel, [_context, buffer, size], invocation) => {
  const run = runOf(invocation)
  if (!run.isWrite || !run.newValue || buffer === 0n || size === 0n) return EINVAL
  if (size > MOST_NEW_BYTES) return E2BIG
  run.newValue = kernel.memory.read(memoryArgument(kernel, buffer, size), Number(size))
  run.isUpdated = true
  return 0
}

/** Helpers of programs that decide over sysctls. */
export const SYSCTL_HELPERS: HelperTable = {
  bpf_sysctl_get_name: getName,
  bpf_sysctl_get_current_value: (kernel, [_context, buffer, size], invocation) =>
    copyValue(kernel, memoryArgument(kernel, buffer, size), Number(size), runOf(invocation).current),
  bpf_sysctl_get_new_value: (kernel, [_context, buffer, size], invocation) =>
    copyValue(kernel, memoryArgument(kernel, buffer, size), Number(size), runOf(invocation).newValue),
  bpf_sysctl_set_new_value: setNewValue,
}
