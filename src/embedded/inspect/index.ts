/** What the embedded kernel keeps by id, as commands in bpftool's manner look at it. May import what src/embedded may. */
export { EmbeddedObjects } from "./embedded-objects.ts"
export { openEmbedded } from "./open-embedded.ts"
