"""The resident's own page: everything that was allowed and sent in their name, with the ways to stop it.

`signing_in` lets in, `overview` lists, `one` shows and stops one delegation, `looks` tells who looked, `details`
what is known of them. What they show and change is in `gateway.visits`: `own_sign_in`, `own`, `own_one`, `own_looks`.
"""
