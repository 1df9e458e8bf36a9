export { rebucket } from "./elements"
export {
  claim,
  lookup,
  lookup4,
  lookup8,
  lookupPlain4,
  lookupPlain8,
  next,
  peek,
  remove,
  update,
} from "./hash"
export { random } from "./random"
export { commit, output, reserve, ringOf } from "./ring"
export { discardRecord, outputRecord, reserveRecord, submitRecord } from "./ring-helpers"
