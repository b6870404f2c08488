"""A witness (C2SP tlog-witness): cosigns checkpoints of logs that only ever grow, and remembers the last one.

Run by somebody who does not run the log, with a key and a folder of their own. `rules` decides, `folder` remembers,
`server` answers, `commands` starts it.
"""
