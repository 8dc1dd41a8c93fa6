"""What runs the course: the command line, intake of the real photos, recipes, checks of exercises and grading.

`python -m course` lists what it can do. A lecture imports nothing of it.
"""

import os

# Threads wait for each other without spinning (see `environment` in bootstrap.py), said before any command loads torch.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
