/** The actions of a world on the machine's own kernel. */
export { type LinuxWorld, openLinuxWorld } from "./linux-world.ts"
