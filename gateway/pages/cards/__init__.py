"""Where cards of services are written, compared, approved and looked through again."""
