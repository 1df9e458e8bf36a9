/** Types of one blob by name, as indexes (id minus first id), ascending. */
export interface NameLookup {
  indexesOf(name: string): Iterable<number>
  /** Types whose names are `essential` and a flavour, "essential___flavour". */
  flavoursOf(essential: string): Iterable<number>
}
