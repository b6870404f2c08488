"""Looks at a machine and a configuration, and says what to mend. It changes nothing."""
