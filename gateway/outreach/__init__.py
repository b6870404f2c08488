"""An institution invites those to whom something may matter: a rule by one officer, a yes of a second person.

- `rules` proposes, approves and stops; nobody is ever listed
- `batches` sends in portions, to those who said yes to invitations, once for each rule
"""
