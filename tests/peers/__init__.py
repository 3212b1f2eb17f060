"""What other linters and type checkers say of the bugs that this plugin is about."""
