"""Who is notified of a monitor, at which transition, in which cases and by which block. Pure."""
