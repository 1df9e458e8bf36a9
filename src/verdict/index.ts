/**
 * What kernels say to the programs of an object: verified on the types of a captured kernel, or looked up in the
 * catalogue. May import base, btf, isa, catalog, object, kernel, profile and verifier; runs in a browser.
 */
export { checkByCatalogue, knownReleases, type Requirement, requirementsOf } from "./catalogue-check.ts"
export type { ProgramReport, ReportStatistics } from "./program-report.ts"
export {
  type AskedKernel,
  choose,
  DEFAULT_RELEASE,
  everyKernel,
  findKernels,
  type VerifyOptions,
  type VerifyReport,
  verify,
  verifyAll,
} from "./verify.ts"
export type { VerifyChoices } from "./verify-program.ts"
