"""The audit log's storage: outbox, sequencer, checkpoints and tiles."""
