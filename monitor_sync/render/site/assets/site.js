// The theme, and the charts. A page says everything without this file; charts are drawn from the
// JSON beside them, and the table below each has the same numbers.
"use strict";

(() => {
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const read = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* not kept */ } };
  let theme = themes.includes(read()) ? read() : "auto";
  const button = document.querySelector("#theme");

  const show = () => {
    if (theme === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
    if (button) button.textContent = `Theme: ${theme}`;
  };
  show();
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      keep(theme);
      show();
    });
  }
})();

(() => {
  const inMinutes = (seconds) => (seconds === null ? null : seconds / 60);

  // Ticks stand at the Mondays that the points are of, as many as there is room for.
  const mondays = (points, width) => {
    const step = Math.ceil(points.length / Math.floor(width / 45));
    return points.filter((_, place) => (points.length - 1 - place) % step === 0).map((point) => point.date);
  };

  const weekly = (data, width) => {
    const points = data.weeks.map((week) => ({
      ...week, date: new Date(week.start), median: inMinutes(week.median), p90: inMinutes(week.p90),
    }));
    const known = points.filter((point) => point.median !== null);
    const target = inMinutes(data.target);
    const colour = (name) => `var(--${name})`;
    const marks = [
      Plot.areaY(points, { x: "date", y1: "median", y2: "p90", fill: colour("band") }),
      Plot.lineY(points, { x: "date", y: "median", stroke: colour("accent"), strokeWidth: 2 }),
      Plot.dot(known, {
        x: "date", y: "median", fill: colour("accent"), r: 3.5,
        title: (point) => point.said,
      }),
      Plot.ruleY([0]),
    ];
    if (target !== null) {
      marks.push(Plot.ruleY([target], { stroke: colour("bad"), strokeDasharray: "5 4" }));
      marks.push(Plot.text([{ date: points[0].date }], {
        x: "date", y: () => target, text: () => data.promised, fill: colour("bad"),
        textAnchor: "start", dy: -7, stroke: colour("ground"), strokeWidth: 4,
      }));
    }
    return { y: { label: "minutes", grid: true, nice: true, zero: true }, x: { label: null, domain: [points[0].date, points.at(-1).date], ticks: mondays(points, width) }, marks };
  };

  const hours = (data) => ({
    height: 220, padding: 0.06,
    x: { label: "hour", tickFormat: (hour) => (hour % 3 === 0 ? String(hour) : "") },
    y: { label: null, domain: data.days },
    opacity: { type: "linear", range: [0.06, 1] },
    marks: [
      Plot.cell(data.cells, {
        x: "hour", y: "day", fill: "var(--accent)", fillOpacity: "pages",
        title: (cell) => `${cell.day} ${cell.hour} h: ${cell.pages} pages`,
      }),
    ],
  });

  const kinds = { weekly, hours };
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const data = JSON.parse(figure.querySelector("script").textContent);
    const place = figure.querySelector(".chart");
    const width = Math.max(320, Math.min(640, place.clientWidth || 640));
    const chart = Plot.plot({
      width, height: 260, marginLeft: 48, marginBottom: 38,
      style: { background: "transparent", color: "currentColor", fontSize: "12px" },
      ariaLabel: figure.querySelector("figcaption").textContent.trim(),
      ...kinds[figure.dataset.chart](data, width),
    });
    // The picture is one image to a screen reader: names of its parts would have no role.
    chart.setAttribute("role", "img");
    for (const part of chart.querySelectorAll("*")) {
      for (const name of part.getAttributeNames()) if (name.startsWith("aria-")) part.removeAttribute(name);
    }
    place.append(chart);
  }
})();
