"""Pictures of a Protocol: who puts, who takes, who waits, and where the trouble is."""
