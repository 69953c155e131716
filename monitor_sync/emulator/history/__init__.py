"""
Half a year of alerts and incidents, made up from a seed: always the same for the same monitors.

``made`` knows the whole truth; what is served by Datadog's events and by on-call tools is derived
from it, with the gaps and contradictions that real tools have.
"""
