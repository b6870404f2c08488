"""The child process that holds a browser: no database, no keys, no way out but the gate."""
