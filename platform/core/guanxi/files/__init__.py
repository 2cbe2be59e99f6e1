"""Files that people upload and that jobs write: received, checked, kept and handed out."""
