// The commands in bpftool's manner against bpftool itself, in the same guest.
import "./commands/programs.ts"
import "./commands/maps.ts"
import "./commands/attachments.ts"
import "./commands/events.ts"
import "./commands/features.ts"
import "./commands/kept-facts.ts"
import "./commands/usage.ts"
