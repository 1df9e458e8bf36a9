/**
 * Programs of test/kernel/programs/refusals.bpf.c, and what loading each ends with: the errno and the lines of the verifier's
 * log that say why; without lines, loaders refuse it before. The same on a real kernel and on the embedded one.
 */
export interface Answer {
  readonly errno: string
  readonly lines?: readonly string[]
}

export interface Refused {
  readonly program: string
  /** "loads" where the kernel takes it. */
  readonly answer: Answer | "loads"
  /** What differs on 6.1. */
  readonly onOld?: Answer | "loads"
}

const NO_ACQUIRE: Answer = { errno: "ESRCH" }

export const REFUSED: readonly Refused[] = [
  {
    program: "packet_in_tracepoint",
    answer: { errno: "EACCES", lines: ["invalid bpf_context access off=0 size=4"] },
  },
  {
    program: "common_field",
    answer: {
      errno: "EACCES",
      lines: ["0: (61) r0 = *(u32 *)(r1 +4)", "invalid bpf_context access off=4 size=4"],
    },
  },
  {
    program: "record_of_tp_btf",
    answer: {
      errno: "EACCES",
      lines: [
        "0: (61) r0 = *(u32 *)(r1 +12)",
        "func 'sched_process_exec' offset 12 is not multiple of 8",
        "invalid bpf_context access off=12 size=4",
      ],
    },
  },
  {
    program: "pid_in_xdp",
    answer: "loads",
    onOld: { errno: "EINVAL", lines: ["unknown func bpf_get_current_pid_tgid#14"] },
  },
  { program: "task_kept", answer: "loads", onOld: NO_ACQUIRE },
  {
    program: "task_leaked",
    answer: { errno: "EINVAL", lines: ["Unreleased reference id=2 alloc_insn=1"] },
    onOld: NO_ACQUIRE,
  },
  {
    program: "task_unchecked",
    answer: { errno: "EACCES", lines: ["Possibly NULL pointer passed to trusted arg0"] },
    onOld: NO_ACQUIRE,
  },
  {
    program: "task_released_twice",
    answer: {
      errno: "EINVAL",
      lines: ["arg#0 pointer type STRUCT task_struct must point to scalar, or struct with scalar"],
    },
    onOld: NO_ACQUIRE,
  },
  {
    program: "task_in_socket_filter",
    answer: { errno: "EACCES", lines: ["calling kernel function bpf_task_release is not allowed"] },
    onOld: NO_ACQUIRE,
  },
  {
    program: "address6_in_connect4",
    answer: { errno: "EACCES", lines: ["invalid bpf_context access off=8 size=4"] },
  },
  { program: "address6_in_connect6", answer: "loads" },
  {
    program: "address_in_create",
    answer: { errno: "EACCES", lines: ["invalid bpf_context access off=24 size=4"] },
  },
  { program: "address_in_post_bind", answer: "loads" },
  {
    program: "bind_in_bind4",
    answer: { errno: "EINVAL", lines: ["program of this type cannot use helper bpf_bind#64"] },
    onOld: { errno: "EINVAL", lines: ["unknown func bpf_bind#64"] },
  },
  {
    program: "packet_unchecked",
    answer: {
      errno: "EACCES",
      lines: [
        "invalid access to packet, off=0 size=1, R1(id=0,off=0,r=0)",
        "R1 offset is outside of the packet",
      ],
    },
  },
  {
    program: "value_unchecked",
    answer: { errno: "EACCES", lines: ["R0 invalid mem access 'map_value_or_null'"] },
  },
  {
    program: "answer_too_large",
    answer: {
      errno: "EINVAL",
      lines: ["At program exit the register R0 has smin=7 smax=7 should have been in [0, 3]"],
    },
    onOld: {
      errno: "EINVAL",
      lines: ["At program exit the register R0 has value (0x7; 0x0) should have been in (0x0; 0x3)"],
    },
  },
]

/** What loading threw, in the shape of the table: of the log, the lines that say why. */
export function answerOf(error: unknown, { lines = [] }: Answer): Answer {
  const { code, message, log } = error as { code: string; message: string; log?: string }
  if (log === undefined) return { errno: code }
  const said = log
    .split("\n")
    .map(line => line.replace(/ +;.*$/, "").trim())
    .filter(line => !/^(; |$|processed |verification time|stack depth)/.test(line))
  // The error's own text says the last of them.
  if (!message.includes(said.at(-1) as string)) return { errno: code, lines: [message] }
  return { errno: code, lines: said.slice(-lines.length) }
}

export function expectedAnswer(release: string, { answer, onOld }: Refused): Answer | "loads" {
  return release === "6.1" ? (onOld ?? answer) : answer
}
