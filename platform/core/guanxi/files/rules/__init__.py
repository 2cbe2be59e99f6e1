"""Pure rules of files: what a file is, and the links that lead to it."""
