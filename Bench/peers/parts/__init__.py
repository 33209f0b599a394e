"""The parts of the comparison. Each can be run alone, and gives a record of what it measured."""
