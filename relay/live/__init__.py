"""The live path: links, sessions, views and outboxes. No socket, no await and no clock in here; time is an argument."""
