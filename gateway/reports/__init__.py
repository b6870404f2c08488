"""What the network learns from its visits: figures in which nobody is named, neither who was served nor who served.

- `facts` says what one closed visit is in the figures, from its rows
- `gathering` follows the log's entries and adds what changed to `tables`, apart from the transactions of the desk
- `answering` adds residents' answers, in bundles of at least five
- `kpi` computes: pure functions; `figures` reads a whole report, the same for page, command and interface
- `sheets` is the one form in which figures, costs and targets are shown and handed on
"""
