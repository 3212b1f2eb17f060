"""Tables of what the libraries are and do. No code that reads programs lives here."""
