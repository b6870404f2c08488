"""The pages: thin controllers over the other packages. `controllers` gathers their handlers, `rendering` makes one."""
