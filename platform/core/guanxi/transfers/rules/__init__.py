"""Pure rules of transfers: how files of strangers are read, and how files for strangers are written."""
