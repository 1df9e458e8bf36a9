export { type FunctionTrigger, functionTrigger } from "./function-trigger.ts"
export { type TracepointTrigger, tracepointTrigger } from "./tracepoint-trigger.ts"
