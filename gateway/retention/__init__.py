"""What is kept is destroyed when its time is over or its owner wishes it, unless somebody looks into it.

`erasing` does it, `standing` says why not yet, `wishes` are residents', `holds` are auditors', `due` finds what is to
be done, `jobs` does it by itself.
"""
