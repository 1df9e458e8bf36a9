export { rebucket } from "./elements"
export { claim, lookup, lookup4, lookup8, next, peek, remove, update } from "./hash"
export { commit, output, reserve, ringOf } from "./ring"
export { discardRecord, outputRecord, reserveRecord, submitRecord } from "./ring-helpers"
