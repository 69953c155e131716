"""Local on-call tools beside the local Datadog: teams, services, schedules, and who is on call."""
