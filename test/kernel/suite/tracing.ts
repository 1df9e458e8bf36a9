// What tracing programs do on real kernels alone.
import "./tracing/single-hooks.ts"
import "./tracing/user-probes.ts"
import "./tracing/iterators.ts"
import "./tracing/programs-on-programs.ts"
import "./tracing/struct-ops.ts"
import "./tracing/older-ways.ts"
