/** One behaviour of the chapter "eBPF Program and Attachment Types" of Learning eBPF. */
export interface ChapterRow {
  /** 1 … 88. */
  readonly item: number
  readonly title: string
  /** A command or an exhibit where people see it; in Markdown. */
  readonly see: string
  /** Tests that show it on the embedded kernel, or without any kernel. */
  readonly shownBy: readonly TestName[]
  /** Tests that show it on real kernels, in guests. */
  readonly onLinux?: readonly TestName[]
  /** What is not there yet: the row does not count as shown. */
  readonly missing?: string
}

export interface TestName {
  /** From the root of the repository. */
  readonly file: string
  readonly test: string
}

export const SECTIONS_OF_CHAPTER: Readonly<Record<number, string>> = {
  1: "Types, and where to look them up",
  14: "Tracing",
  21: "Kprobes",
  29: "Fentry and fexit",
  33: "Tracepoints",
  44: "User space",
  51: "Security modules",
  54: "Networking",
  58: "Sockets",
  61: "Traffic control",
  64: "XDP",
  70: "Flow dissector and lightweight tunnels",
  72: "Control groups",
  76: "Infrared receivers",
  78: "Attachment types",
  81: "Exercises",
  86: "Footnotes",
}

export const test =
  (file: string) =>
  (...names: readonly string[]): TestName[] =>
    names.map(name => ({ file, test: name }))

export const chapter = (name: string) => test(`test/chapter/${name}.test.ts`)
export const suite = (name: string) => test(`test/kernel/suite/${name}.ts`)

/** Exhibits on the embedded kernels; `onLinux` of the same are their runs in guests. */
export const exhibits = (...names: readonly string[]): TestName[] =>
  test("exhibits/exhibits.test.ts")(...names.map(name => `${name} shows what it says`))
export const exhibitsOnLinux = (...names: readonly string[]): TestName[] =>
  suite("exhibits")(...names.map(name => `${name} shows what it says`))

/** Attach styles that work on real kernels. */
export const stylesOnLinux = (...styles: readonly string[]): TestName[] =>
  suite("styles-on-linux")(...styles.map(style => `${style}: works`))

export const refused = test("test/refusals.test.ts")
export const refusedOnLinux = suite("refusals-on-linux")
export const placeNotThere = (program: string): TestName[] =>
  test("src/cli/run/run.test.ts")(`${program} fails with its reason and a hint`)
