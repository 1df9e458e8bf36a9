/**
 * The maps that programs use most, hash maps and ring buffers, as WebAssembly on kernel memory: compiled programs call
 * their operations without a way through JavaScript, and the map classes call the same ones. What is where:
 *
 * - `hash-layout.ts`, `ring-layout.ts`, `errno.ts`: structs in memory and numbers, for both languages;
 * - `assembly/`: the operations, in AssemblyScript without a runtime: functions on memory, no heap, no globals;
 * - `module.generated.ts`: the compiled module, made by `scripts/native-maps/build.mjs`, not committed;
 * - `native-maps.ts`: the module on one kernel's memory; `hash-table.ts`: memory for a hash map's elements;
 * - `assembly/random.ts`: the kernel's random numbers, which programs ask for as often;
 * - `native-map.ts`: what the compiler of programs is told of a map.
 *
 * May import base, engine and memory.
 */
export * from "./hash-table.ts"
export * from "./native-map.ts"
export * from "./native-maps.ts"
