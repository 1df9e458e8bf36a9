/** A cell: its text, and how to colour it once its width is known. */
export interface Cell {
  readonly text: string
  readonly style?: (text: string) => string
}

export interface Column {
  readonly title: string
  readonly align?: "right"
}

/** Columns under titles, two spaces apart; a column that is empty in every row is left out. Ends in a newline. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  dim: (text: string) => string,
): string {
  const used = columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ index }) => rows.some(row => row[index]?.text))
    .map(column => ({ ...column, width: widest(column.title, rows, column.index) }))
  const line = (cells: readonly Cell[]) =>
    used
      .map(({ index, width, align }, place) => {
        const { text, style = same } = cells[index] ?? { text: "" }
        const padding = " ".repeat(width - text.length)
        if (align === "right") return padding + style(text)
        return place === used.length - 1 ? style(text) : style(text) + padding
      })
      .join("  ")
      .trimEnd()
  const head = line(columns.map(column => ({ text: column.title, style: dim })))
  return [head, ...rows.map(line)].map(text => `  ${text}\n`).join("")
}

function widest(title: string, rows: readonly (readonly Cell[])[], index: number): number {
  return rows.reduce((width, row) => Math.max(width, row[index]?.text.length ?? 0), title.length)
}

function same(text: string): string {
  return text
}
