"""What a service holder is told of what was filed at it: figures, filings, refusals, statements, reconciliation.

An officer, or the holder's own system by its key, reads what belongs to the services of one holder, and nothing else:
every question here begins with the holder's name. Nothing of a resident is read.
"""
