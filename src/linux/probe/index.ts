/** What the machine's kernel can do, found by trying: small programs and maps are made and closed at once. May import what src/linux may. */
export { probeFeatures } from "./probe-features.ts"
