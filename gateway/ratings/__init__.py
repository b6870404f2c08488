"""The rating as a shared service: institutions ask it of their own e-services, with their own key and figures.

- `surveys` are the e-services of an institution that may be asked about; two people let one in (`gateway.changes`)
- `inviting` hands out single-use links in batches, and takes unused ones back
- `answering` takes an answer and uses its link up
- `figures` are an institution's own, by month, once it is over
- `api` is what their programs call, `openapi` says how, `pages` is what people see

Nothing here knows who was invited, and nothing is mixed with the figures of centres.
"""
