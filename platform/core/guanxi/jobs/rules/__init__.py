"""When a job runs again, and when the clock says that it is time."""
