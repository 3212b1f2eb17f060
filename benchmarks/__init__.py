"""How long the plugin takes, against other things that the same machine does in the same run."""
