"""Findings in the forms that people and machines read: text, JSON, SARIF, GitHub, GitLab.

Each form is a module with a function `render(report)`, which yields text. Nothing here decides what
is reported.
"""
