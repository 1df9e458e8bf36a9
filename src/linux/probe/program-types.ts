import { release as unameRelease, version as unameVersion } from "node:os"
import { attachType, type ProgramTypeName, type ProgramTypeRow } from "../../catalog/index.ts"
import { PROG_LOAD } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { closeFd } from "../ffi/descriptor.ts"
import { Scratch } from "../ffi/scratch.ts"
import type { Values } from "../ffi/structure.ts"

const [EINVAL, ENOTSUPP] = [22, 524]
/** `r0 = 0; exit`. */
const RETURN_ZERO = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0)
const BPF_F_SLEEPABLE = 1 << 4
const LOG_BYTES = 4096
const NOT_A_FUNCTION = "attach_btf_id 1 is not a function"

/** Types that cannot load without a target: refused like this, the kernel knows them. */
const KNOWN_BY_REFUSAL: Partial<
  Record<ProgramTypeName, { readonly errno: number; readonly message: string }>
> = {
  tracing: { errno: EINVAL, message: NOT_A_FUNCTION },
  lsm: { errno: EINVAL, message: NOT_A_FUNCTION },
  ext: { errno: EINVAL, message: "Cannot replace kernel functions" },
  struct_ops: { errno: ENOTSUPP, message: "" },
}

/** What a program of this type says besides its code, so that it loads. */
export function loadFields({ name }: { readonly name: string }): Values<typeof PROG_LOAD> {
  switch (name as ProgramTypeName) {
    case "kprobe":
      return { kern_version: kernelVersionCode() }
    case "cgroup_sock_addr":
      return { expected_attach_type: attachNumber("cgroup_inet4_connect") }
    case "cgroup_sockopt":
      return { expected_attach_type: attachNumber("cgroup_getsockopt") }
    case "lirc_mode2":
      return { expected_attach_type: attachNumber("lirc_mode2") }
    case "sk_lookup":
      return { expected_attach_type: attachNumber("sk_lookup") }
    case "netfilter":
      return { expected_attach_type: attachNumber("netfilter") }
    case "syscall":
      return { prog_flags: BPF_F_SLEEPABLE }
    case "tracing":
      return { expected_attach_type: attachNumber("trace_fentry"), attach_btf_id: 1 }
    case "lsm":
      return { expected_attach_type: attachNumber("modify_return"), attach_btf_id: 1 }
    case "ext":
      return { attach_btf_id: 1 }
    default:
      return {}
  }
}

function attachNumber(name: string): number {
  const row = attachType(name)
  if (!row) throw new Error(`BUG: no attach type ${name}`)
  return row.number
}

/** Kernels before 5.0 load a kprobe only with their own LINUX_VERSION_CODE, which Debian hides behind `uname -v`. */
function kernelVersionCode(): number {
  const text = /Debian (\d+\.\d+\.\d+)/.exec(unameVersion())?.[1] ?? unameRelease()
  const [, major, minor, patch] = (/^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? []).map(Number)
  return ((major ?? 0) << 16) | ((minor ?? 0) << 8) | Math.min(patch || 0, 255)
}

/** Whether the kernel, or the hardware of an interface, loads programs of a type. */
export function hasProgramType(bpf: Bpf, type: ProgramTypeRow, device: number | undefined): boolean {
  const refusal = KNOWN_BY_REFUSAL[type.name as ProgramTypeName]
  using scratch = new Scratch(bpf.native)
  const log = refusal?.message ? scratch.allocate(LOG_BYTES) : undefined
  const { result } = bpf.try("BPF_PROG_LOAD", PROG_LOAD, {
    prog_type: type.number,
    insn_cnt: 2,
    insns: RETURN_ZERO,
    license: "GPL",
    ...(log && { log_level: 1, log_size: LOG_BYTES, log_buf: log.address }),
    ...(device !== undefined && { prog_ifindex: device }),
    ...loadFields(type),
  })
  if (result >= 0) {
    closeFd(bpf.native, result)
    return refusal === undefined
  }
  return refusal?.errno === -result && (!log || logText(log.bytes).includes(refusal.message))
}

/** What the verifier wrote, up to the first NUL. */
export function logText(log: Uint8Array): string {
  const end = log.indexOf(0)
  return Buffer.from(log.buffer, log.byteOffset, end < 0 ? log.length : end).toString("latin1")
}
