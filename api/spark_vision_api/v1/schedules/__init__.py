"""Schedules of feeds."""
