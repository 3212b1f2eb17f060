"""The linter on code that nobody here wrote: pinned packages, every finding reviewed.

`python -m tests.ecosystem` fetches the source packages of `packages.toml` into a cache outside of
the repository (`cache`, `index`), lints every file (`linting`), says how much of the queues was
understood (`understanding`), and holds the findings against the verdicts in `expected.toml`
(`review`). Nothing of the packages is ever built, imported or run.
"""
