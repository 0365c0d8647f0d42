"""Appointments: what people ask for, checked against the hours of the business."""
