"""The figures we publish, each a ratio of two things measured in turn in the same run.

A machine twice as slow makes both sides twice as slow; the ratio stays. `python3 dev.py bench`.
"""
