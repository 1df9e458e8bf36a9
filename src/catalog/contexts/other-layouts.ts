import type { ContextLayout } from "./layout.ts"

const word = { type: "__u32", size: 4, read: "narrow" } as const
const register = { type: "unsigned long", size: 8, read: "aligned", write: "aligned", since: "4.1" } as const

/**
 * `struct pt_regs` of x86-64 in the order of arch/x86/include/asm/ptrace.h, with what BPF programs find in
 * each.
 */
const X86_REGISTERS = [
  { ...register, name: "r15", offset: 0, summary: "register r15" },
  { ...register, name: "r14", offset: 8, summary: "register r14" },
  { ...register, name: "r13", offset: 16, summary: "register r13" },
  { ...register, name: "r12", offset: 24, summary: "register r12" },
  { ...register, name: "rbp", offset: 32, summary: "frame pointer" },
  { ...register, name: "rbx", offset: 40, summary: "register rbx" },
  { ...register, name: "r11", offset: 48, summary: "register r11" },
  { ...register, name: "r10", offset: 56, summary: "register r10: fourth argument of a system call" },
  { ...register, name: "r9", offset: 64, summary: "register r9: sixth argument" },
  { ...register, name: "r8", offset: 72, summary: "register r8: fifth argument" },
  { ...register, name: "rax", offset: 80, summary: "register rax: return value" },
  { ...register, name: "rcx", offset: 88, summary: "register rcx: fourth argument of a function" },
  { ...register, name: "rdx", offset: 96, summary: "register rdx: third argument" },
  { ...register, name: "rsi", offset: 104, summary: "register rsi: second argument" },
  { ...register, name: "rdi", offset: 112, summary: "register rdi: first argument" },
  { ...register, name: "orig_rax", offset: 120, summary: "system call number" },
  { ...register, name: "rip", offset: 128, summary: "instruction pointer" },
  { ...register, name: "cs", offset: 136, summary: "code segment" },
  { ...register, name: "eflags", offset: 144, summary: "flags" },
  { ...register, name: "rsp", offset: 152, summary: "stack pointer" },
  { ...register, name: "ss", offset: 160, summary: "stack segment" },
] as const

/** Contexts of tracing, cgroups and infrared: include/uapi/linux/bpf.h and bpf_perf_event.h. */
export const OTHER_LAYOUTS = {
  pt_regs: { type: "bpf_user_pt_regs_t", size: 168, fields: X86_REGISTERS },
  bpf_perf_event_data: {
    type: "struct bpf_perf_event_data",
    size: 184,
    fields: [
      {
        type: "bpf_user_pt_regs_t",
        size: 8,
        length: 21,
        read: "whole",
        name: "regs",
        offset: 0,
        since: "4.9",
        summary: "registers where the sample was taken, laid out as pt_regs",
      },
      {
        type: "__u64",
        size: 8,
        read: "narrow",
        name: "sample_period",
        offset: 168,
        since: "4.9",
        summary: "events between samples",
      },
      {
        type: "__u64",
        size: 8,
        read: "narrow",
        name: "addr",
        offset: 176,
        since: "4.17",
        summary: "address that the event is about",
      },
    ],
  },
  bpf_cgroup_dev_ctx: {
    type: "struct bpf_cgroup_dev_ctx",
    size: 12,
    fields: [
      {
        ...word,
        name: "access_type",
        offset: 0,
        since: "4.15",
        summary: "access (mknod 1, read 2, write 4) in the upper half, block 1 or character 2 in the lower",
      },
      { ...word, read: "whole", name: "major", offset: 4, since: "4.15", summary: "major number" },
      { ...word, read: "whole", name: "minor", offset: 8, since: "4.15", summary: "minor number" },
    ],
  },
  bpf_sysctl: {
    type: "struct bpf_sysctl",
    size: 8,
    fields: [
      { ...word, name: "write", offset: 0, since: "5.2", summary: "1 when it is written, 0 when read" },
      { ...word, write: "whole", name: "file_pos", offset: 4, since: "5.2", summary: "position in the file" },
    ],
  },
  lirc_sample: {
    type: "unsigned int",
    size: 4,
    fields: [
      {
        ...word,
        read: "whole",
        name: "sample",
        offset: 0,
        since: "4.18",
        summary: "kind (LIRC_MODE2_PULSE, …) in the top byte, µs in the rest",
      },
    ],
  },
} as const satisfies Record<string, ContextLayout>
