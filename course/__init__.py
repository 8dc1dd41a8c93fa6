"""What runs the course: the command line, intake of the real photos, recipes, checks of exercises and grading.

`python -m course` lists what it can do. A lecture imports nothing of it.
"""
