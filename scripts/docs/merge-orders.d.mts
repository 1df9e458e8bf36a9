export function mergeOrders(one: readonly string[], other: readonly string[]): string[]
