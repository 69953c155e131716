"""A site about monitors and on-call, as files: static, complete in itself, from ``file://`` too."""
