const [EINVAL, EILSEQ] = [22, 84]

/** Why no probe can stand at a place of a function that is there, by the errno. */
export function probeHint(symbol: string, number: number): string | undefined {
  if (number === EINVAL)
    return `${symbol} is on the kernel's kprobe blacklist: probes are not allowed in it (/sys/kernel/debug/kprobes/blacklist)`
  if (number === EILSEQ) return `${symbol} has no instruction that begins there; its start is offset 0`
  return undefined
}

/** Why a program of another type does not go on a perf event. */
export function perfEventHint(type: string, wanted: string): string {
  return `it is a ${type} program, and ${wanted} programs go there`
}
