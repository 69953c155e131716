// The list of all monitors: every word of the search must occur somewhere in a monitor's key, name,
// team, unit or tags. At 10,000 monitors a plain loop answers within two milliseconds, and finds
// what stands inside words too. Nothing is put into the page as HTML: all text is text.
"use strict";

(() => {
  const page = JSON.parse(document.querySelector("#monitors-data").textContent);
  const input = document.querySelector("#search");
  const list = document.querySelector("#monitors");
  const status = document.querySelector("#status");
  const more = document.querySelector("#more");
  const STEP = 100;
  const monitors = page.monitors.map(([key, name, team, unit, tags, priority, pages], place) => ({
    key, name, team, unit, tags, priority, pages, place,
    text: `${key}\n${name}\nteam:${team}\n${unit}\n${tags}`.toLowerCase(),
    lowerKey: key.toLowerCase(), lowerName: name.toLowerCase(),
  }));
  let matching = monitors;
  let shown = 0;

  const element = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  const rank = (monitor, first) => {
    if (monitor.lowerKey.startsWith(first)) return 0;
    return monitor.lowerName.includes(first) ? 1 : 2;
  };

  const search = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return monitors;
    const matching = monitors.filter((monitor) => words.every((word) => monitor.text.includes(word)));
    return matching
      .map((monitor) => [rank(monitor, words[0]), -(monitor.pages ?? 0), monitor.place, monitor])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
      .map((entry) => entry[3]);
  };

  // Details lie in files of their own, a hundred monitors each, which call this when they arrive.
  const arrived = new Map();
  const waiting = new Map();
  window.monitorDetails = (chunk, details) => {
    arrived.set(chunk, details);
    for (const fill of waiting.get(chunk) ?? []) fill();
    waiting.delete(chunk);
  };
  const fetchChunk = (chunk, fill, failed) => {
    if (arrived.has(chunk)) { fill(); return; }
    if (waiting.has(chunk)) { waiting.get(chunk).push(fill); return; }
    waiting.set(chunk, [fill]);
    const script = element("script", undefined, { src: `data/monitors-${chunk}.js` });
    script.addEventListener("error", () => { waiting.delete(chunk); failed(); });
    document.head.append(script);
  };

  const link = (address, text) => (/^https?:\/\//i.test(address)
    ? element("a", text ?? address, { href: address, rel: "noreferrer" })
    : element("span", text ?? address));

  const lines = (texts) => {
    const inner = element("div");
    for (const text of texts) inner.append(element("div", text));
    return inner;
  };

  const unfolded = (monitor) => {
    const details = arrived.get(Math.floor(monitor.place / page.chunk))[monitor.place % page.chunk];
    const inner = element("div", undefined, { class: "unfolded" });
    const facts = element("dl");
    const fact = (name, value) => {
      const cell = element("dd");
      cell.append(typeof value === "string" ? document.createTextNode(value) : value);
      facts.append(element("dt", name), cell);
    };
    fact("Means", lines(details.means));
    fact("Tells", lines(details.tells));
    fact("Fired", lines(details.fired));
    fact("Runbook", details.runbook ? link(details.runbook) : "none");
    fact("Tests", details.tests.length ? lines(details.tests) : "none");
    fact("Proposal", details.proposal || "none");
    const owner = element("span");
    owner.append(element("a", monitor.team, { href: page.teams[monitor.team] }));
    fact("Owner", owner);
    fact("File", details.file);
    if (details.live) fact("Datadog", link(details.live, "open it there"));
    inner.append(facts, element("pre", details.yaml, { tabindex: "0", "aria-label": `YAML of ${monitor.key}` }));
    return inner;
  };

  const line = (monitor) => {
    const item = element("li");
    const details = element("details", undefined, { id: `m-${monitor.key}` });
    const summary = element("summary");
    const priority = monitor.priority ? `P${monitor.priority}` : "no priority";
    const pages = monitor.pages === null ? "" : `, ${monitor.pages} ${monitor.pages === 1 ? "page" : "pages"}`;
    summary.append(
      element("code", monitor.key),
      element("span", monitor.name, { class: "name" }),
      element("span", priority + pages, { class: "number" }),
    );
    details.append(summary);
    details.addEventListener("toggle", () => {
      if (!details.open || details.children.length > 1) return;
      const wait = element("p", "Loading …");
      details.append(wait);
      fetchChunk(
        Math.floor(monitor.place / page.chunk),
        () => wait.replaceWith(unfolded(monitor)),
        () => { wait.textContent = "The file with the details is missing: publish the site as a whole."; },
      );
    });
    item.append(details);
    return item;
  };

  const showMore = () => {
    const next = matching.slice(shown, shown + STEP);
    list.append(...next.map(line));
    shown += next.length;
    more.hidden = shown >= matching.length;
    more.textContent = `Show ${Math.min(STEP, matching.length - shown)} more`;
  };

  const show = () => {
    matching = search(input.value);
    shown = 0;
    list.replaceChildren();
    showMore();
    const what = monitors.length === 1 ? "monitor" : "monitors";
    status.textContent = `${matching.length} of ${monitors.length} ${what}`;
  };

  input.addEventListener("input", () => {
    show();
    history.replaceState(null, "", `#${encodeURIComponent(input.value)}`);
  });
  more.addEventListener("click", showMore);

  const summaries = () => [...list.querySelectorAll("summary")];
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== input) {
      event.preventDefault();
      input.focus();
      input.select();
      return;
    }
    if (event.key === "Escape" && document.activeElement !== input) { input.focus(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const all = summaries();
    const place = all.indexOf(document.activeElement);
    if (place < 0 && document.activeElement !== input) return;
    event.preventDefault();
    const next = place + (event.key === "ArrowDown" ? 1 : -1);
    (all[next] ?? (next < 0 ? input : all.at(-1)))?.focus();
  });

  const fromAddress = () => {
    try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; }
  };
  window.addEventListener("hashchange", () => { input.value = fromAddress(); show(); });
  input.value = fromAddress();
  show();
  if (matching.length === 1) list.querySelector("details").open = true;
})();
