// Every attach style of tracing programs: load, attach, cause the event, see it, detach, see no more.
import "./tracing/single-hooks.ts"
import "./tracing/user-probes.ts"
import "./tracing/kernel-probes.ts"
import "./tracing/iterators.ts"
import "./tracing/deciding.ts"
import "./tracing/programs-on-programs.ts"
import "./tracing/struct-ops.ts"
import "./tracing/older-ways.ts"
