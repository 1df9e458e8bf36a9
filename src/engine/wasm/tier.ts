/** Quick translates each instruction by itself; optimising looks at whole functions, and takes ten times as long. */
export type Tier = "quick" | "optimising"
