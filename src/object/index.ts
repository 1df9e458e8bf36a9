/** Object files: ELF, programs, maps, globals and externs as frozen specs; CO-RE applied to a program. May import base, btf, isa and catalog. */
export * from "./apply-core.ts"
export { type ElfFile, type ElfRelocation, type ElfSection, type ElfSymbol, readElf } from "./elf.ts"
export { BPF_F_MMAPABLE } from "./maps.ts"
export { kernelName, objectName } from "./names.ts"
export * from "./object-of-program.ts"
export * from "./read-object.ts"
export * from "./spec.ts"
