"""How people misspell `daemon`; apart, since the screen asks for it of nearly every file."""

from __future__ import annotations

# Attributes of a process or thread by which people mean `daemon`; all of them mean nothing.
MISSPELT_DAEMON = frozenset(
    {
        "Daemon",
        "DAEMON",
        "deamon",
        "Deamon",
        "demon",
        "Demon",
        "dameon",
        "daemonic",
        "deamonic",
        "demonic",
        "daemonize",
        "deamonize",
        "is_daemon",
        "is_deamon",
        "isDaemon",
        "isDeamon",
        "setDaemon",
        "setDeamon",
        "set_daemon",
    }
)
