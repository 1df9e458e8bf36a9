/** Packets as programs see them in memory: contexts with what stands behind them. May import base, catalog and memory. */
export * from "./field-offsets.ts"
export * from "./skb-context.ts"
export * from "./xdp-context.ts"
export * from "./xdp-fragments.ts"
