"""Messages to residents by SMS and e-mail: written in the caller's transaction, sent by a worker afterwards.

- `texts` what a message says, in every language
- `outbox` puts a message into the queue, sealed
- `senders` SMTP and the HTTP SMS gateway, and a sender for a gateway that has neither
- `sending` the worker's job: sends once, tries again, and forgets what it sent
"""
