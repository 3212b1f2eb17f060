"""Find programs with joinable queues that hang, die or lose work."""

__version__ = "0.1.0"
