"""The resident's own phone: found by a code or a link, asked, answered by a fresh sign-in, stopped at any moment.

`entering` takes codes and links; `approving` shows the one page that a phone is on, and takes noes; `signing_in` leads
to an identity provider and back. `screens` decides what the page is about, `endings` says how a matter came out.
"""
