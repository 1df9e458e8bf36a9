import type { ContextLayout } from "./layout.ts"

const register = { type: "unsigned long", size: 8, read: "aligned", write: "aligned", since: "4.1" } as const

/** x0 … x30 by their places in the calling convention. */
const USES: Readonly<Record<number, string>> = {
  8: "number of a system call",
  29: "frame pointer",
  30: "link register: where a function returns to",
}

function generalRegister(index: number) {
  const uses =
    index === 0 ? "first argument, and return value" : index < 8 ? `argument ${index + 1}` : USES[index]
  const summary = `register x${index}${uses === undefined ? "" : `: ${uses}`}`
  return { ...register, name: `x${index}`, offset: index * 8, summary }
}

/** `struct pt_regs` of 64-bit ARM (arch/arm64/include/asm/ptrace.h): bpf_user_pt_regs_t, and what only the kernel has. */
const ARM64_REGISTERS = [
  ...Array.from({ length: 31 }, (_, index) => generalRegister(index)),
  { ...register, name: "sp", offset: 248, summary: "stack pointer" },
  { ...register, name: "pc", offset: 256, summary: "instruction pointer" },
  { ...register, name: "pstate", offset: 264, summary: "flags and mode" },
  { ...register, name: "orig_x0", offset: 272, summary: "first argument of a system call" },
  { ...register, type: "int", name: "syscallno", offset: 280, summary: "system call number, or -1" },
  { ...register, name: "sdei_ttbr1", offset: 288, summary: "the kernel's own" },
  { ...register, name: "pmr_save", offset: 296, summary: "the kernel's own" },
  { ...register, length: 2, name: "stackframe", offset: 304, summary: "frame record" },
  { ...register, name: "lockdep_hardirqs", offset: 320, summary: "the kernel's own" },
  { ...register, name: "exit_rcu", offset: 328, summary: "the kernel's own" },
]

/** Contexts that are laid out in another way on 64-bit ARM. */
export const ARM64_LAYOUTS: Readonly<Record<"pt_regs" | "bpf_perf_event_data", ContextLayout>> = {
  pt_regs: { type: "bpf_user_pt_regs_t", size: 336, fields: ARM64_REGISTERS },
  bpf_perf_event_data: {
    type: "struct bpf_perf_event_data",
    size: 288,
    fields: [
      {
        type: "bpf_user_pt_regs_t",
        size: 8,
        length: 34,
        read: "whole",
        name: "regs",
        offset: 0,
        since: "4.9",
        summary: "registers where the sample was taken, laid out as user_pt_regs",
      },
      {
        type: "__u64",
        size: 8,
        read: "narrow",
        name: "sample_period",
        offset: 272,
        since: "4.9",
        summary: "events between samples",
      },
      {
        type: "__u64",
        size: 8,
        read: "narrow",
        name: "addr",
        offset: 280,
        since: "4.17",
        summary: "address that the event is about",
      },
    ],
  },
}
