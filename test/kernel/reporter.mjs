// Reports the tests that run in a guest as one JSON object a line: { name, error?, skipped?, milliseconds }.
const names = []

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === "test:start") names[data.nesting] = data.name
    if (type !== "test:pass" && type !== "test:fail") continue
    if (
      data.details?.type === "suite" &&
      (type === "test:pass" || data.details.error?.failureType === "subtestsFailed")
    )
      continue
    const name = [...names.slice(0, data.nesting), data.name].join(" > ")
    const { error, duration_ms: milliseconds } = data.details
    const cause = error?.cause ?? error
    yield `${JSON.stringify({
      name,
      milliseconds,
      ...(type === "test:fail" && { error: String(cause?.stack ?? cause) }),
      ...(data.skip !== undefined && { skipped: String(data.skip) }),
    })}\n`
  }
}
