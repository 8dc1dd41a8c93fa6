"""What `python -m helpers` can do, one module a command."""
