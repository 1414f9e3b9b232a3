"""Simulated markets on real prices: series, paths, option marks, what validators report, and who trades."""
