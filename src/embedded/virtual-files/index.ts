/**
 * Files whose contents follow from what else there is: procfs, sysfs, tracefs, debugfs. Names and texts are made when somebody
 * asks for them. May import what src/embedded may.
 */
export { mountVirtualFiles } from "./mount.ts"
