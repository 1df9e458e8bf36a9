/**
 * What a processor may run ahead on, for programs that must not learn addresses: moves of pointers are kept within their
 * object by masks, and the way that a known jump does not take is walked too. Imports what other rules do.
 */
export { checkMovedPointer } from "./moved-pointer.ts"
export { beginMove, endMove, type Move, noteNumbers } from "./moves.ts"
export { walkOtherWay } from "./paths.ts"
