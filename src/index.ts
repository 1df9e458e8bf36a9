/** `skep`: read objects, and the vocabulary shared by all kernels. Runs in Node and in a browser. */
export * from "./base/errors.ts"
export * from "./exhibit/index.ts"
export * from "./kernel/index.ts"
export {
  applyCore,
  type BareProgram,
  type MapSpec,
  type ObjectSpec,
  objectOfProgram,
  type ProgramSpec,
  readObject,
} from "./object/index.ts"
export { type ProgramReport, type VerifyOptions, type VerifyReport, verify } from "./verdict/index.ts"
