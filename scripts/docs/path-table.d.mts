export function pathTable(steps: readonly string[], typeOf: (step: string) => string): string
