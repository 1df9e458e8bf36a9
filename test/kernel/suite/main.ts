// Every test of the suite, in one process: starting Node takes a second on an emulated machine.
import "./system-calls.ts"
import "./hello.ts"
import "./capabilities.ts"
import "./tracing.ts"
import "./network.ts"
import "./devices.ts"
