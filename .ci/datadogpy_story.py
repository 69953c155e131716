"""What .ci/datadogpy runs: one monitor's life by the client `datadog`, and another's by `dog`."""

import json
import os
import subprocess
import time

from datadog import api, initialize

QUERY = "avg(last_5m):avg:motor.quote.latency{env:prod} by {host} > 5"
STEPS = []


def check(step, holds, answer):
    """Count a step, or end with the answer that is not the expected one."""
    if not holds:
        raise SystemExit(f"{step}: the client got {answer!r}")
    STEPS.append(step)


def refused(request, **arguments):
    """Return the body of an answer that the client takes for an error: one that has `errors`."""
    try:
        return request(**arguments)
    except api.exceptions.ApiError as refusal:
        return refusal.args[0]


def by_the_library():
    """Create, read, list, change, mute, silence, copy and delete a monitor."""
    initialize(api_host=os.environ["DATADOG_HOST"], mute=False)
    body = {
        "type": "metric alert",
        "query": QUERY,
        "name": "Quotes are slow",
        "message": "Customers wait.",
        "tags": ["team:motor", "env:prod"],
        "options": {"thresholds": {"critical": 5, "warning": 4}},
    }
    check("validate", api.Monitor.validate(**body) == {}, None)
    made = api.Monitor.create(**body)
    number = made.get("id")
    check("create", made["options"]["thresholds"] == {"critical": 5.0, "warning": 4.0}, made)
    read = api.Monitor.get(number, group_states="all")
    check("read", read["query"] == QUERY and read["tags"] == body["tags"], read)
    listed = api.Monitor.get_all(monitor_tags="team:motor")
    check("list", [monitor["id"] for monitor in listed] == [number], listed)
    found = api.Monitor.search(query="quotes")
    check("search", [monitor["id"] for monitor in found["monitors"]] == [number], found)

    wrong = refused(api.Monitor.create, type="metric alert", query="THIS IS A BAD QUERY")
    said = ["The value provided for parameter 'query' is invalid"]
    check("refuse a query", wrong["errors"] == said, wrong)

    changed = api.Monitor.update(number, type="query alert", name="Quotes are very slow")
    check("update", (changed["name"], changed["type"]) == ("Quotes are very slow", "query alert"),
          changed)  # fmt: skip
    check("update what is not named", changed["message"] == "Customers wait.", changed)

    muted = api.Monitor.mute(number, scope="host:a", end=int(time.time()) + 3600)
    check("mute", list(muted["options"]["silenced"]) == ["host:a"], muted)
    unmuted = api.Monitor.unmute(number, scope="host:a")
    check("unmute", unmuted["options"]["silenced"] == {}, unmuted)

    downtime = api.Downtime.create(scope="env:prod", monitor_id=number, start=int(time.time()))
    check("downtime", downtime["active"], downtime)
    shown = api.Monitor.get(number, with_downtimes="true")
    silences = [silence["id"] for silence in shown["matching_downtimes"]]
    check("downtime on the monitor", silences == [downtime["id"]], shown)
    later = api.Downtime.update(downtime["id"], message="A release")
    check("change the downtime", later["message"] == "A release", later)
    check("list downtimes", len(api.Downtime.get_all()) == 1, None)
    api.Downtime.delete(downtime["id"])
    cancelled = api.Downtime.get(downtime["id"])
    check("cancel the downtime", cancelled["disabled"] and cancelled["canceled"], cancelled)

    can = refused(api.Monitor.can_delete, monitor_ids=[number])  # its `errors` are null
    check("can delete", can["data"]["ok"] == [number], can)
    check("delete", api.Monitor.delete(number) == {"deleted_monitor_id": number}, None)
    gone = refused(api.Monitor.get, id=number)
    check("read what is deleted", gone["errors"] == ["Monitor not found"], gone)


def dog(*arguments):
    """Return what `dog` prints, decoded."""
    done = subprocess.run(["dog", "--raw", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"dog {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def by_the_command_line():
    """The same by `dog`, which sends times as text."""
    end = str(int(time.time()) + 3600)
    made = dog("monitor", "post", "query alert", QUERY, "--name", "By dog", "--tags", "a:b,c")
    number = str(made["id"])
    check("dog monitor post", made["tags"] == ["a:b", "c"], made)
    check("dog monitor show", dog("monitor", "show", number)["name"] == "By dog", None)
    check("dog monitor show_all", len(dog("monitor", "show_all")) == 1, None)
    changed = dog("monitor", "update", number, "--name", "By dog again", "--priority", "2")
    check(
        "dog monitor update", (changed["name"], changed["priority"]) == ("By dog again", 2), changed
    )
    muted = dog("monitor", "mute", number, "--scope", "host:a", "--end", end)
    check("dog monitor mute", muted["options"]["silenced"] == {"host:a": int(end)}, muted)
    dog("monitor", "unmute", number, "--all_scopes")
    dog("monitor", "mute_all")
    dog("monitor", "unmute_all")
    downtime = dog("downtime", "post", "env:prod", str(int(time.time())), "--end", end)
    check("dog downtime post", downtime["end"] == int(end), downtime)
    silence = str(downtime["id"])
    check("dog downtime show", dog("downtime", "show", silence)["scope"] == ["env:prod"], None)
    dog("downtime", "update", silence, "--message", "A release")
    check("dog downtime cancel_by_scope", dog("downtime", "cancel_by_scope", "env:prod")
          == {"cancelled_ids": [downtime["id"]]}, None)  # fmt: skip
    check("dog monitor can_delete", dog("monitor", "can_delete", number)["errors"] is None, None)
    check("dog monitor delete", dog("monitor", "delete", number) is None, None)


by_the_library()
by_the_command_line()
print(f"{len(STEPS)} steps as expected: {', '.join(STEPS)}")
