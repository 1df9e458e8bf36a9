/** Programs and libraries of user space as their files describe them: functions, and places of probes. */
export { checkRoom, Executable, executableOf, type ReadAt } from "./executable.ts"
export { type FunctionSymbol, findFunction, findFunctions, functionAt } from "./symbols.ts"
export { parseUsdtArguments, type UsdtArgument } from "./usdt-arguments.ts"
export { findUsdtPlaces, readUsdtNotes, type UsdtPlace } from "./usdt-notes.ts"
export { type UsdtMap, UsdtSpecs } from "./usdt-specs.ts"
