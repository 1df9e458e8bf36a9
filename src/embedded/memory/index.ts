/** Program-visible memory of the embedded kernel: addresses, allocation, kernel objects by BTF. May import base and btf. */
export * from "./kernel-memory.ts"
export * from "./kernel-object.ts"
