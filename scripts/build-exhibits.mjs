export { compile } from "./objects/compile.mjs"
