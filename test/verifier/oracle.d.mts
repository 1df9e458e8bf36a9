export interface Expected {
  readonly object: string
  readonly program: string
  readonly type: string
  readonly attach: string
  readonly flags: number
  readonly verdict: "accept" | "reject"
  readonly errno: number
  readonly processed: number
  readonly message: string
}

export const TABLES: Readonly<Record<string, readonly string[]>>

export function limitedTable(release: string, names: string): string

export function readOracle(table?: string): ReadonlyMap<string, Expected>
