import { doing, type Explainer } from "./failure.ts"

/** bpf_throw, and the function that turns what is thrown into a result. */
export const explainException: Explainer = failure => {
  const { message } = failure
  const told = { what: doing(failure), known: message }
  if (/callback subprog/.test(message))
    return {
      ...told,
      needs: "callbacks that return",
      fix: "return a value that ends the loop, and throw after it",
    }
  if (/directly/.test(message))
    return {
      ...told,
      needs: "a function that only bpf_throw calls",
      fix: "move what both need into another function",
    }
  return {
    ...told,
    needs: "one global function that takes the thrown number, and returns what the program may return",
    fix: "declare `int name(u64 cookie)`, not static, and name it in one __exception_cb() tag",
  }
}
