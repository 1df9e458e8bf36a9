const SIGNALS = ["SIGINT", "SIGHUP", "SIGTERM"] as const

/** Acts until it ends by itself or somebody interrupts: then `signal` fires, and the command still ends as it should. */
export async function untilInterrupted(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const end = (): void => controller.abort()
  for (const signal of SIGNALS) process.once(signal, end)
  try {
    await act(controller.signal)
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, end)
  }
}
