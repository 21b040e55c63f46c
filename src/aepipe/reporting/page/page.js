"use strict";
(() => {
  const root = document.documentElement;
  const store = document.getElementById("data");
  const { figures, dots } = JSON.parse(store.textContent);
  const every = (selector, within = document) => [...within.querySelectorAll(selector)];
  const narrow = matchMedia("(max-width: 62rem)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const CONFIG = { displayModeBar: false, displaylogo: false, responsive: true, doubleClick: false, showTips: false };
  const CROWD = 4; // with more switches on, bands would cover each other
  const ROW = 31; // pixels of a chart's height

  // Switches: the models and the protocol on display
  const boxes = every("input[name=model]");
  const radios = every("input[name=protocol]");
  const shown = () => new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const protocol = () => radios.find((radio) => radio.checked).value;

  function apply() {
    const models = shown();
    root.dataset.protocol = protocol();
    for (const element of every("[data-model]")) element.hidden = !models.has(element.dataset.model);
    document.getElementById("summary").textContent = `(${models.size} of ${boxes.length}, ${protocol()})`;
    hideCard();
    every(".chart").filter((chart) => chart.dataset.drawn).forEach(drawChart);
    every(".plot").forEach(fit);
    reachable();
  }
  for (const input of [...boxes, ...radios]) input.addEventListener("change", apply);
  for (const [id, checked] of [["all", true], ["none", false]]) {
    document.getElementById(id).addEventListener("click", () => {
      for (const box of boxes) box.checked = checked;
      apply();
    });
  }
  const fold = () => { document.querySelector(".switches").open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();

  // Charts: the figure of the chosen metric and protocol, without the traces of hidden models
  function drawChart(chart) {
    const select = document.querySelector(`select[data-measure="${chart.dataset.chart}"]`);
    const name = [chart.dataset.chart, select?.value].filter(Boolean).join(".");
    const figure = figures[`${name}.${protocol()}`] ?? figures[name];
    chart.hidden = !figure;
    chart.nextElementSibling.hidden = Boolean(figure);
    chart.dataset.drawn = "yes";
    if (!figure) return;
    const { data, layout } = structuredClone(figure);
    const models = shown();
    const crowded = models.size > CROWD;
    const traces = data.filter(({ meta }) => (!meta.switch || models.has(meta.switch)) && !(meta.band && crowded));
    if (layout.meta?.rows) arrange(traces, layout);
    Plotly.react(chart, traces, layout, CONFIG);
    fit(chart);
  }

  // A plot that was hidden while the page was resized has the old width
  function fit(plot) {
    const drawing = plot.querySelector(".main-svg");
    if (drawing && plot.clientWidth && drawing.clientWidth !== plot.clientWidth) Plotly.Plots.resize(plot);
  }

  // Rows close up where models are hidden; baselines are set apart
  function arrange(traces, layout) {
    const places = new Map();
    for (const { meta } of traces) {
      if (!places.has(meta.title)) places.set(meta.title, places.size + (meta.switch === "baselines" ? 0.4 : 0));
    }
    for (const trace of traces) trace.y = trace.y.map(() => places.get(trace.meta.title));
    const last = Math.max(0, ...places.values());
    Object.assign(layout.yaxis, { tickvals: [...places.values()], ticktext: [...places.keys()], range: [last + 0.6, -0.6] });
    layout.height = ROW * (last + 1.2) + layout.margin.t + layout.margin.b;
  }
  for (const select of every("select[data-measure]")) {
    select.addEventListener("change", () => drawChart(document.querySelector(`[data-chart="${select.dataset.measure}"]`)));
  }

  // Charts and maps are drawn when they come close to the viewport
  const draw = (element) => (element.matches(".chart") ? drawChart(element) : drawMap(element));
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && !target.dataset.drawn) draw(target);
    }
  }, { rootMargin: "600px" });
  const drawn = every(".chart, .map[data-map]");
  for (const element of drawn) near.observe(element);
  addEventListener("beforeprint", () => drawn.filter((element) => !element.dataset.drawn).forEach(draw));

  // Maps: a dot shows its image, and its position on the other maps
  const card = document.getElementById("card");
  const said = document.getElementById("said");
  const places = new WeakMap(); // map -> positions of its dots, in axis units
  let chosen = null; // by the keyboard

  function drawMap(map) {
    map.dataset.drawn = "yes";
    const { data, layout } = structuredClone(figures[map.dataset.map]);
    const found = [];
    for (const trace of data) trace.customdata.forEach((dot, at) => { found[dot] = [trace.x[at], trace.y[at]]; });
    places.set(map, found);
    for (const trace of data) trace.marker.size *= Math.min(1.2, Math.max(0.55, map.clientWidth / 240));
    const plot = map.firstElementChild;
    Plotly.newPlot(plot, data, layout, CONFIG);
    plot.on("plotly_hover", (event) => showDot(map, event.points[0].customdata));
    plot.on("plotly_click", (event) => showDot(map, event.points[0].customdata)); // a tap
    plot.on("plotly_unhover", hideCard);
  }

  // A dot's position in pixels, from the map's upper left corner
  function pixels(map, dot) {
    const { xaxis, yaxis, margin } = figures[map.dataset.map].layout;
    const [x, y] = places.get(map)[dot];
    const share = (value, [low, high]) => (value - low) / (high - low);
    return [
      margin.l + share(x, xaxis.range) * (map.clientWidth - margin.l - margin.r),
      margin.t + (1 - share(y, yaxis.range)) * (map.clientHeight - margin.t - margin.b),
    ];
  }
  const inside = (map, [x, y]) => x >= 0 && y >= 0 && x <= map.clientWidth && y <= map.clientHeight;

  function text(dot) {
    return [dots.class && `class ${dots.class[dot]}`, `image ${dots.index[dot]}`].filter(Boolean);
  }

  function showDot(map, dot) {
    for (const other of every(".map[data-drawn]")) {
      const at = pixels(other, dot);
      const ring = other.querySelector(".ring");
      ring.hidden = !inside(other, at);
      [ring.style.left, ring.style.top] = at.map((value) => `${value}px`);
    }
    const { columns, rows, width, height } = Object.fromEntries(Object.entries(store.dataset).map(([key, value]) => [key, +value]));
    const scale = 96 / Math.max(width, height);
    const picture = card.firstElementChild;
    const [w, h] = [width * scale, height * scale];
    Object.assign(picture.style, {
      width: `${w}px`,
      height: `${h}px`,
      backgroundSize: `${columns * w}px ${rows * h}px`,
      backgroundPosition: `${-(dot % columns) * w}px ${-Math.floor(dot / columns) * h}px`,
    });
    card.lastElementChild.textContent = text(dot).join("\n");
    card.dataset.dot = dot;
    card.hidden = false;
    const box = map.getBoundingClientRect();
    const [x, y] = pixels(map, dot);
    const left = Math.min(box.left + x + 14, root.clientWidth - card.offsetWidth - 8);
    const above = box.top + y - card.offsetHeight - 14;
    const top = above > 0 ? above : box.top + y + 14;
    Object.assign(card.style, { left: `${Math.max(8, left) + scrollX}px`, top: `${top + scrollY}px` });
  }

  function hideCard() {
    card.hidden = true;
    for (const ring of every(".ring")) ring.hidden = true;
  }

  // The nearest dot in a direction, in pixels; sideways distance counts double
  function next(map, from, [dx, dy]) {
    const here = pixels(map, from);
    let best = null;
    let least = Infinity;
    places.get(map).forEach((_, dot) => {
      const there = pixels(map, dot);
      const [x, y] = [there[0] - here[0], there[1] - here[1]];
      const along = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      const distance = along + 2 * aside;
      if (along > 0.5 && aside <= along && distance < least && inside(map, there)) [best, least] = [dot, distance];
    });
    return best;
  }

  function middle(map) {
    const centre = [map.clientWidth / 2, map.clientHeight / 2];
    const away = places.get(map).map((_, dot) => Math.hypot(...pixels(map, dot).map((value, axis) => value - centre[axis])));
    return away.indexOf(Math.min(...away));
  }

  function walk(map, dot) {
    if (dot === null) return;
    chosen = dot;
    showDot(map, dot);
    said.textContent = text(dot).join(", ");
  }

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  for (const map of every(".map[data-map]")) {
    map.addEventListener("focus", () => {
      if (!map.dataset.drawn) drawMap(map);
      if (map.matches(":focus-visible")) walk(map, chosen !== null && inside(map, pixels(map, chosen)) ? chosen : middle(map));
    });
    map.addEventListener("blur", hideCard);
    map.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hideCard();
      if (!(event.key in STEPS)) return;
      event.preventDefault();
      walk(map, chosen === null ? middle(map) : next(map, chosen, STEPS[event.key]));
    });
  }

  // Films: one slider for all; nothing moves on its own
  const slider = document.getElementById("frame");
  if (slider) {
    const play = document.getElementById("play");
    const films = document.querySelector(".films");
    const last = +slider.max;
    let timer = null;
    let step = 1;
    const show = () => {
      const share = `${Math.round((100 * slider.value) / last)} %`;
      films.style.setProperty("--frame", slider.value);
      slider.setAttribute("aria-valuetext", share);
      document.getElementById("position").textContent = share;
    };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
    };
    const move = () => {
      if (+slider.value + step > last || +slider.value + step < 0) step = -step;
      slider.value = +slider.value + step;
      show();
    };
    play.addEventListener("click", () => {
      if (timer) return stop();
      // with reduced motion, a few stills instead
      step = Math.sign(step) * (still.matches ? Math.max(1, Math.round(last / 4)) : 1);
      timer = setInterval(move, still.matches ? 1500 : Math.max(60, 2400 / last));
      play.textContent = "Pause";
    });
    slider.addEventListener("input", () => { stop(); show(); });
    show();
  }

  // Boxes wider than the page can be scrolled by keyboard, too
  function reachable() {
    for (const box of every(".scroll")) {
      const wide = box.scrollWidth > box.clientWidth;
      for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", box.querySelector("caption").textContent]]) {
        if (wide) box.setAttribute(name, value); else box.removeAttribute(name);
      }
    }
  }
  addEventListener("resize", reachable);
  apply();
})();
