"""The web pages: templates, sessions by cookie, and what browsers are told to trust."""
