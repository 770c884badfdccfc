// What the page can do beyond being read: copy a command, zoom a chart of time, move through a run. Without it all that it
// says is there; it only moves what was written. It asks for nothing from outside.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

  function make(name, attributes, text) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    if (text) node.textContent = text;
    return node;
  }

  function draw(parent, name, attributes) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    parent.append(node);
    return node;
  }

  // ---- time, in microseconds

  const SECOND = 1e6, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

  // "d1 14:05:00", from the start of the run
  function instant(us) {
    const s = Math.floor(us / SECOND);
    const two = (n) => String(n).padStart(2, "0");
    const day = Math.floor(s / 86400);
    const rest = s - day * 86400;
    return `d${day} ${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  }

  function parse(words) {
    const [, day, hours, minutes, seconds] = words.match(/^d(-?\d+) (\d+):(\d+):(\d+)$/) || [0, 0, 0, 0, 0];
    return day * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND;
  }

  const STEPS = [1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600]
    .map((s) => s * SECOND);

  function tickLabel(us, step) {
    if (us === 0) return "0";
    if (step >= DAY) return `${Math.round(us / DAY)} d`;
    if (step >= HOUR) return `${Math.round(us / HOUR)} h`;
    const parts = [[DAY, "d"], [HOUR, "h"], [MINUTE, "m"], [SECOND, "s"]];
    let left = Math.round(us / SECOND) * SECOND;
    let out = "";
    for (const [unit, name] of parts) {
      const n = Math.floor(left / unit);
      left -= n * unit;
      if (n) out += n + name;
    }
    return out || "0";
  }

  // ---- copying

  function copy(text, source) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => select(source));
    return Promise.resolve(select(source));
  }
  function select(source) {
    const range = document.createRange();
    range.selectNodeContents(source);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  }
  for (const block of all(".command")) {
    const code = block.querySelector("code");
    const button = make("button", { type: "button", "aria-label": "Copy the command" }, "Copy");
    button.addEventListener("click", () => {
      copy(code.textContent, code).then(() => {
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
    });
    block.append(button);
  }

  // ---- charts of time: `low` to `high` of the whole are shown

  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.from = Number(figure.dataset.from);
      this.span = Number(figure.dataset.span);
      this.low = 0;
      this.high = 1;
      this.rows = all(".row-chart:not(.scale)", figure);
      this.scales = all(".scale", figure);
      this.onPick = null;
      this.moment = null;
      this.tools();
      this.pointer();
    }

    // Everything that has a place in time, with its place as it was written.
    parts() {
      if (this.known) return this.known;
      this.known = [];
      for (const svg of this.rows.concat(this.scales)) {
        for (const node of svg.children) {
          if (node.classList.contains("tick") || node.classList.contains("cursor")) continue;
          if (node.classList.contains("box")) {
            this.known.push({ node, box: true });
            continue;
          }
          const at = {};
          for (const name of ["x", "x1", "x2", "width"]) {
            const value = node.getAttribute(name);
            if (value && value.endsWith("%")) at[name] = parseFloat(value) / 100;
          }
          if (Object.keys(at).length) this.known.push({ node, at });
        }
      }
      return this.known;
    }

    place(fraction) { return (fraction - this.low) / (this.high - this.low); }

    show(low, high) {
      const width = clamp(high - low, 1 / 5000, 1);
      low = clamp(low, 0, 1 - width);
      const parts = this.parts();
      this.low = low;
      this.high = low + width;
      for (const { node, box, at } of parts) {
        if (box) {
          node.setAttribute("viewBox", `${low * 10000} 0 ${width * 10000} 1000`);
          continue;
        }
        for (const name of Object.keys(at)) {
          const value = name === "width" ? at[name] / width : this.place(at[name]);
          node.setAttribute(name, `${(value * 100).toFixed(3)}%`);
        }
      }
      for (const svg of this.scales) {
        this.ticks(svg);
        this.label(svg.querySelector(".sla-label"));
      }
      this.cursor(this.moment);
      this.zoomOut.disabled = this.whole.disabled = this.earlier.disabled = this.later.disabled = width >= 1;
    }

    // The name of the window's end goes with it, and stays inside.
    label(name) {
      if (!name) return;
      const place = parseFloat(name.getAttribute("x")) / 100;
      name.setAttribute("visibility", place < 0 || place > 1 ? "hidden" : "visible");
      name.setAttribute("text-anchor", place > 0.5 ? "end" : "start");
    }

    ticks(svg) {
      all(".tick", svg).forEach((tick) => tick.remove());
      const shown = this.span * (this.high - this.low);
      const first = this.span * this.low;
      const most = clamp(Math.floor(svg.clientWidth / 70), 2, 10);
      const edge = 20 / svg.clientWidth;
      const step = STEPS.find((s) => shown / most < s) || Math.ceil(shown / most / DAY) * DAY;
      for (let at = Math.ceil(first / step) * step; at <= first + shown; at += step) {
        const place = this.place(at / this.span);
        const end = svg.querySelector(".sla-label");
        if (end && Math.abs(parseFloat(end.getAttribute("x")) / 100 - place) < 0.025) continue;
        const tick = draw(svg, "g", { class: "tick" });
        const x = `${(place * 100).toFixed(3)}%`;
        draw(tick, "line", { x1: x, x2: x, y1: 29, y2: 34 });
        const anchor = place < edge ? "start" : place > 1 - edge ? "end" : "middle";
        draw(tick, "text", { x, y: 26, "text-anchor": anchor }).textContent = tickLabel(at, step);
      }
    }

    zoom(factor, around = (this.low + this.high) / 2) {
      this.show(around - (around - this.low) * factor, around + (this.high - around) * factor);
    }
    move(share) {
      const by = (this.high - this.low) * share;
      this.show(this.low + by, this.high + by);
    }

    tools() {
      const bar = make("div", { class: "tools", role: "group", "aria-label": "Zoom; or drag over the chart" });
      const button = (sign, name, act) => {
        const b = make("button", { type: "button", "aria-label": name, title: name }, sign);
        b.addEventListener("click", act);
        bar.append(b);
        return b;
      };
      button("+", "Zoom in", () => this.zoom(0.5));
      this.zoomOut = button("−", "Zoom out", () => this.zoom(2));
      this.earlier = button("◀", "Earlier", () => this.move(-0.4));
      this.later = button("▶", "Later", () => this.move(0.4));
      this.whole = button("All", "All of the time", () => this.show(0, 1));
      this.zoomOut.disabled = this.earlier.disabled = this.later.disabled = this.whole.disabled = true;
      this.figure.querySelector("figcaption").append(bar);
    }

    fractionAt(event) {
      const box = this.rows[0].getBoundingClientRect();
      return this.low + clamp((event.clientX - box.left) / box.width, 0, 1) * (this.high - this.low);
    }

    // Dragging picks a stretch, a click picks a moment, and the wheel zooms while a key says that it is not for the page.
    pointer() {
      let start = null;
      let brush = [];
      const end = () => {
        brush.forEach((rect) => rect.remove());
        brush = [];
        start = null;
      };
      this.figure.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || !event.target.closest(".chart")) return;
        start = { x: event.clientX, at: this.fractionAt(event) };
      });
      this.figure.addEventListener("pointermove", (event) => {
        if (!start || Math.abs(event.clientX - start.x) < 6) return;
        const now = this.fractionAt(event);
        if (!brush.length) brush = this.rows.map((svg) => draw(svg, "rect", { class: "brush", height: "100%" }));
        const [a, b] = [start.at, now].sort((x, y) => x - y).map((x) => this.place(x) * 100);
        for (const rect of brush) {
          rect.setAttribute("x", `${a}%`);
          rect.setAttribute("width", `${b - a}%`);
        }
        event.preventDefault();
      });
      addEventListener("pointerup", (event) => {
        if (!start) return;
        const [from, until] = [start.at, this.fractionAt(event)].sort((x, y) => x - y);
        const dragged = brush.length > 0;
        end();
        if (dragged) this.show(from, until);
        else if (this.onPick) this.onPick(this.from + from * this.span);
      });
      addEventListener("pointercancel", end);
      this.figure.addEventListener("wheel", (event) => {
        if (!(event.ctrlKey || event.metaKey || event.altKey) || !event.target.closest(".chart")) return;
        event.preventDefault();
        this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.fractionAt(event));
      }, { passive: false });
    }

    cursor(moment) {
      this.moment = moment;
      if (moment === null) return;
      if (!this.lines) this.lines = this.rows.map((svg) => draw(svg, "line", { class: "cursor", y2: "100%" }));
      const x = `${(this.place((moment - this.from) / this.span) * 100).toFixed(3)}%`;
      for (const line of this.lines) {
        line.setAttribute("x1", x);
        line.setAttribute("x2", x);
      }
    }
  }

  const charts = new Map(all(".zoomable").map((figure) => [figure, new Chart(figure)]));
  addEventListener("resize", () => charts.forEach((chart) => {
    if (chart.high - chart.low < 1) chart.show(chart.low, chart.high);
  }));

  // ---- time travel

  const documents = new Map();
  function carried(id) {
    if (!documents.has(id)) documents.set(id, JSON.parse(document.getElementById(id).textContent));
    return documents.get(id);
  }

  // Every frame in full: when, and the number of a text for each gauge. As written, each has what became different, and
  // after how many milliseconds.
  function unfold(data, number) {
    const state = new Array(data.gauges).fill(-1);
    let at = 0;
    return data.plays[number].map(([after, ...changes]) => {
      at += after * 1000;
      for (let i = 0; i < changes.length; i += 2) state[changes[i]] = changes[i + 1];
      return { at, state: state.slice() };
    });
  }

  // The last of those, in order, that are not later.
  function lastUntil(list, at) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle].at <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  class Travel {
    constructor(root) {
      this.root = root;
      this.chart = charts.get(root.querySelector(".zoomable"));
      this.range = root.querySelector("input[type=range]");
      this.output = root.querySelector("output.moment");
      this.caption = root.querySelector("caption .moment");
      this.rows = all(".state tr:not(.system)", root).slice(1);
      this.recent = root.querySelector(".recent");
      this.lines = all(".story-lines li", root).map((li) => ({ at: parse(li.querySelector(".at").textContent), li }));
      const data = carried(root.dataset.in);
      this.texts = data.texts;
      this.mine = unfold(data, Number(root.dataset.play));
      this.usual = unfold(data, 0);
      this.from = this.chart.from;
      this.until = this.chart.from + this.chart.span;
      const times = this.mine.map((f) => f.at).concat(this.lines.map((l) => l.at));
      this.times = [...new Set(times)].filter((t) => t >= this.from && t <= this.until).sort((a, b) => a - b);

      root.querySelector(".scrubber").hidden = false;
      root.querySelector(".now").hidden = this.lines.length === 0;
      this.range.addEventListener("input", () => {
        this.go(this.from + (this.range.value / this.range.max) * (this.until - this.from), true);
      });
      root.querySelector("[data-go=prev]").addEventListener("click", () => this.step(-1));
      root.querySelector("[data-go=next]").addEventListener("click", () => this.step(1));
      for (const jump of all("[data-at]", root)) jump.addEventListener("click", () => this.go(Number(jump.dataset.at)));
      this.range.addEventListener("keydown", (event) => {
        if (event.key !== "PageUp" && event.key !== "PageDown") return;
        event.preventDefault();
        this.step(event.key === "PageUp" ? 1 : -1);
      });
      this.chart.onPick = (at) => this.go(at);
      this.go(Number(root.dataset.moment));
    }

    // To the next moment at which anything changed, or back to the one before.
    step(by) {
      const next = by > 0 ? this.times.find((t) => t > this.at) : this.times.filter((t) => t < this.at).pop();
      if (next !== undefined) this.go(next);
    }

    go(at, byRange = false) {
      this.at = at = clamp(at, this.from, this.until);
      if (!byRange) this.range.value = Math.round(((at - this.from) / (this.until - this.from)) * this.range.max);
      const words = instant(at);
      this.output.textContent = this.caption.textContent = words;
      this.chart.cursor(at);
      this.state(at);
      const line = lastUntil(this.lines, at);
      this.range.setAttribute("aria-valuetext", line < 0 ? words : `${words}; ${this.lines[line].li.textContent}`);
      this.story(line);
    }

    state(at) {
      const i = lastUntil(this.mine, at);
      const mine = i < 0 ? null : this.mine[i].state;
      const before = i > 0 ? this.mine[i - 1].state : mine;
      const usual = this.usual[lastUntil(this.usual, at)];
      const text = (state, g) => (state && state[g] >= 0 ? this.texts[state[g]] : "–");
      this.rows.forEach((row, g) => {
        row.cells[1].textContent = text(mine, g);
        row.classList.toggle("fresh", mine !== null && mine[g] !== before[g]);
        if (row.cells.length < 3) return;
        row.cells[2].textContent = text(usual && usual.state, g);
        row.classList.toggle("differs", row.cells[1].textContent !== row.cells[2].textContent);
      });
    }

    story(line) {
      if (this.line === line) return;
      if (this.line >= 0) this.lines[this.line].li.removeAttribute("aria-current");
      this.line = line;
      const shown = this.lines.slice(Math.max(0, line - 4), line + 1).reverse();
      this.recent.replaceChildren(...shown.map(({ li }) => li.cloneNode(true)));
      if (line >= 0) this.lines[line].li.setAttribute("aria-current", "true");
    }
  }
  for (const root of all(".travel")) new Travel(root);

  // ---- finding one's way, and printing

  const links = new Map(all(".contents a").map((a) => [a.hash.slice(1), a]));
  if ("IntersectionObserver" in window) {
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        links.forEach((a) => a.removeAttribute("aria-current"));
        links.get(entry.target.id).setAttribute("aria-current", "true");
      }
    }, { rootMargin: "-15% 0px -75% 0px" });
    for (const id of links.keys()) observer.observe(document.getElementById(id));
  }

  let opened = [];
  addEventListener("beforeprint", () => {
    charts.forEach((chart) => chart.show(0, 1));
    opened = all("details:not([open], .story-lines, .many)");
    opened.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((details) => { details.open = false; }));
})();
