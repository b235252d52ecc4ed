"""The screen: Textual draws what the other layers know."""
