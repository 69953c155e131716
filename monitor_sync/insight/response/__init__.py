"""How we respond to incidents: pure answers from what an on-call tool says has happened."""
