/** The line that a kernel's log ends with before its statistics; undefined where there is none. */
export function lastLine(log: string): string | undefined
