"""WebSockets: messages between a socket and a link. Nothing is decided here."""
