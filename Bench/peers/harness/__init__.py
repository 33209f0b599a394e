"""What runs the peers side by side, compares their answers, and reports."""
