import { bytes, doing, type Explainer } from "./failure.ts"
import { describe, structName } from "./words.ts"

/** Members of kernel structures, read through typed pointers. */
export const explainStructureAccess: Explainer = failure => {
  const { held, access, message } = failure
  const known = held ? `r${failure.register ?? access?.base} is ${describe(held)}` : message
  const told = {
    what:
      access && held
        ? `${access.kind === "read" ? "reads" : "writes"} ${bytes(access.size)} at offset ${access.offset + held.off} of ${structName(held)}`
        : doing(failure),
    known,
  }
  if (/non-GPL/.test(message))
    return {
      ...told,
      needs: "a licence compatible with the GPL",
      fix: 'declare `char LICENSE[] SEC("license") = "GPL";` if the program\'s licence is that',
    }
  if (/only read/.test(message) || access?.kind === "write")
    return {
      ...told,
      needs: "reads only: programs do not write to the kernel's own structures",
      fix: "use the helper or kfunc that changes it; struct_ops programs may write a few members",
    }
  if (/user memory|percpu memory/.test(message))
    return {
      ...told,
      needs: "a pointer to memory of the kernel",
      fix: /user/.test(message)
        ? "read it with bpf_probe_read_user or bpf_copy_from_user"
        : "get the address of one CPU's copy with bpf_this_cpu_ptr or bpf_per_cpu_ptr",
    }
  return {
    ...told,
    needs: "an offset that is known, inside of the structure, and a whole member of this kernel's layout",
    fix: "read it by name through a pointer of the right type, compiled with CO-RE (vmlinux.h); what the types do not cover, read with bpf_probe_read_kernel",
  }
}
