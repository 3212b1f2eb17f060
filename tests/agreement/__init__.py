"""Generated programs, and whether linter and simulator agree about them."""
