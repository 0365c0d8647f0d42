"""Alerts: what somebody of the team must look at now."""
