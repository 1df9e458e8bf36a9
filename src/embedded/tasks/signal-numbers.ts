/** Signals by their numbers on x86-64, from 1 on (arch/x86/include/uapi/asm/signal.h). */
const NAMES = [
  ...[
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
  ],
  ...["SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP"],
  ...["SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH"],
  ...["SIGIO", "SIGPWR", "SIGSYS"],
] as const

export type SignalName = (typeof NAMES)[number]

/** The largest: those from 32 on are real-time signals. */
export const LAST_SIGNAL = 64
export const FIRST_REALTIME = 32

export function signalNumber(name: SignalName): number {
  return NAMES.indexOf(name) + 1
}

/** Real-time signals by their number: "SIG34". */
export function signalName(signal: number): string {
  return NAMES[signal - 1] ?? `SIG${signal}`
}

/** What a signal does to a task that says nothing about it (signal(7)). */
export type Disposition = "terminate" | "dump core" | "ignore" | "stop"

const SPECIAL: Readonly<Partial<Record<SignalName, Disposition>>> = {
  ...{ SIGCHLD: "ignore", SIGCONT: "ignore", SIGURG: "ignore", SIGWINCH: "ignore" },
  ...{ SIGSTOP: "stop", SIGTSTP: "stop", SIGTTIN: "stop", SIGTTOU: "stop" },
  ...{ SIGQUIT: "dump core", SIGILL: "dump core", SIGTRAP: "dump core", SIGABRT: "dump core" },
  ...{ SIGBUS: "dump core", SIGFPE: "dump core", SIGSEGV: "dump core", SIGXCPU: "dump core" },
  ...{ SIGXFSZ: "dump core", SIGSYS: "dump core" },
}

export function dispositionOf(signal: number): Disposition {
  const name = NAMES[signal - 1]
  return (name && SPECIAL[name]) ?? "terminate"
}
