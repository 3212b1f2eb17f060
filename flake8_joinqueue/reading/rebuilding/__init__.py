"""An `ast` as a tree of LibCST, without parsing the text once more.

flake8 has parsed every file by the time a plugin sees it. A second parse, by LibCST, would cost
more than all that is done with its tree here. `builder` rebuilds the statements that matter from
the `ast` instead, by what `statements`, `expressions`, `literals` and `patterns` say of each kind;
`nodes` makes the nodes. Where they stand, the `ast` knows.

What the `ast` does not tell is not rebuilt: white space, brackets, which statements share a line,
how a text is quoted or a number written.
"""

from flake8_joinqueue.reading.rebuilding.builder import Placed, Rebuilt, rebuild, rebuild_expression

__all__ = ["Placed", "Rebuilt", "rebuild", "rebuild_expression"]
