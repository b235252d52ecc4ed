"""Values drawn as lines of text: for the screen, and for ``kvmtui show``. No Textual here."""
