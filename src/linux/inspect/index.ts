/** What the machine's kernel keeps by id, in whichever process: programs, maps, links, BTF. May import what src/linux may. */
export { LinuxObjects } from "./linux-objects.ts"
export { openLinux } from "./open-linux.ts"
