// The timeline of the chosen dates and reasons, drawn from the sums.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 300;
const STRIP = 44;
const EDGE = { left: 52, right: 10, top: 18, bottom: 30 };
/** Pointer movement in pixels that makes a click a drag. */
const DRAG = 5;

/** An SVG element; colours go by class, and by attribute where no style is allowed. */
function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function html(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const INK = { muted: "#58616D", grid: "#E3E7EC", axis: "#9AA3AF", previous: "#2F3640", incident: "#FBE9E7", "incident-mark": "#8E1B14", text: "#1B2027" };
const filled = ink => ({ class: "f-" + ink, fill: INK[ink] });
const stroked = ink => ({ class: "s-" + ink, stroke: INK[ink], fill: "none" });

/** A step of 1, 2 or 5 times a power of ten that gives at most six ticks up to `largest`. */
function tickStep(largest) {
  const rough = Math.max(1, largest / 6);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map(factor => factor * power).find(step => step >= rough);
}

/** The steps that get a label under the axis, about `room` of them at most. */
function labels(from, to, room) {
  const count = to - from;
  if (wholeDays) {
    const every = Math.max(1, Math.ceil(count / room));
    const pattern = data.size === "month" ? "format.month" : "format.short_day";
    return range(from, to).filter(i => (i - from) % every === 0).map(i => [i, day(pattern, data.keys[i])]);
  }
  const minutes = key => +timeOf(key).slice(0, 2) * 60 + +timeOf(key).slice(3);
  const candidates = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 4320, 10080, 20160, 40320, 80640];
  for (const every of candidates) {
    const found = range(from, to).filter(i => {
      const key = data.keys[i];
      if (every < 1440) return minutes(key) % every === 0;
      return (i === 0 || dayOf(data.keys[i - 1]) !== dayOf(key)) && (dayNumber(key) + 3) % (every / 1440) === 0;
    });
    if (found.length <= room) {
      return found.map(i => [i, minutes(data.keys[i]) === 0 ? day("format.short_day", data.keys[i]) : timeOf(data.keys[i])]);
    }
  }
  return [];
}

const range = (from, to) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

const timeline = {
  box: byId("drawing"),
  /** The bars of the last drawing: the steps each stands for, and its errors by reason. */
  bars: [],
  active: -1,

  setUp(changed) {
    const tip = html("div", { id: "tip", class: "tip", hidden: "" });
    const main = html("div", { id: "timeline-drawing", class: "drawn", tabindex: "0", role: "slider", "aria-label": words["interactive.timeline"] });
    const strip = html("div", { id: "strip", class: "drawn", hidden: "", title: words["interactive.strip"] });
    this.box.append(main, tip, strip);
    Object.assign(this, { main, tip, strip, changed });
    main.addEventListener("pointermove", event => event.buttons || this.point(this.barAt(event)));
    main.addEventListener("pointerleave", () => this.point(-1));
    main.addEventListener("focus", () => main.matches(":focus-visible") && this.point(Math.max(0, this.active)));
    main.addEventListener("blur", () => this.point(-1));
    main.addEventListener("keydown", event => this.key(event));
    this.drag(main, event => this.bars[this.barAt(event)]);
    this.drag(strip, event => {
      const at = Math.min(steps - 1, Math.max(0, Math.floor((this.x(strip, event) - EDGE.left) / (this.plot() / steps))));
      return { from: at, to: at + 1 };
    });
    // The width decides how many bars and labels fit.
    let width = 0;
    new ResizeObserver(() => {
      if (Math.abs(this.box.clientWidth - width) < 2) return;
      width = this.box.clientWidth;
      this.draw();
    }).observe(this.box);
  },

  width() {
    return Math.max(300, this.box.clientWidth || 1100);
  },

  plot() {
    return this.width() - EDGE.left - EDGE.right;
  },

  x: (element, event) => event.clientX - element.getBoundingClientRect().left,

  barAt(event) {
    const at = Math.floor((this.x(this.main, event) - EDGE.left) / (this.plot() / this.bars.length));
    return Math.min(this.bars.length - 1, Math.max(0, at));
  },

  /** Chooses the stretch from where the pointer goes down to where it goes up. */
  drag(element, stepsAt) {
    let start = null;
    element.addEventListener("pointerdown", event => {
      if (event.button !== 0 || !steps) return;
      start = { x: event.clientX, at: stepsAt(event) };
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("pointermove", event => {
      if (!start || Math.abs(event.clientX - start.x) < DRAG) return;
      const [from, to] = this.between(start.at, stepsAt(event));
      this.mark(element, from, to);
      this.point(-1);
    });
    element.addEventListener("pointerup", event => {
      if (!start) return;
      const [from, to] = this.between(start.at, stepsAt(event));
      const dragged = Math.abs(event.clientX - start.x) >= DRAG;
      start = null;
      this.mark(element, 0, 0);
      if (!dragged) return;
      chooseSteps(from, to);
      this.changed();
    });
    element.addEventListener("pointercancel", () => {
      start = null;
      this.mark(element, 0, 0);
    });
  },

  between: (a, b) => [Math.min(a.from, b.from), Math.max(a.to, b.to)],

  /** Shades the stretch that is being chosen. */
  mark(element, from, to) {
    const rect = element.querySelector(".selection");
    const [first, count] = element === this.main ? [choice.from, choice.to - choice.from] : [0, steps];
    rect.setAttribute("x", EDGE.left + ((from - first) / count) * this.plot());
    rect.setAttribute("width", Math.max(0, ((to - from) / count) * this.plot()));
  },

  key(event) {
    const last = this.bars.length - 1;
    const go = { ArrowLeft: this.active - 1, ArrowRight: this.active + 1, Home: 0, End: last, PageUp: this.active - 10, PageDown: this.active + 10 }[event.key];
    if (go !== undefined) this.point(Math.min(last, Math.max(0, go)));
    else if (event.key === "Enter" && this.active >= 0) {
      const { from, to } = this.bars[this.active];
      chooseSteps(from, to);
      this.changed();
      this.point(0);
    } else if (event.key === "Escape") {
      resetChoice();
      this.changed();
    } else return;
    event.preventDefault();
  },

  draw() {
    const width = this.width();
    const plot = this.plot();
    const bottom = HEIGHT - EDGE.bottom;
    const count = choice.to - choice.from;
    const size = Math.max(1, Math.ceil(count / Math.floor(plot / 3)));
    this.bars = range(0, Math.ceil(count / size)).map(i => {
      const from = choice.from + i * size;
      const to = Math.min(from + size, choice.to);
      const errors = reasons.map(({ sums }, reason) => (choice.shows(reason) ? sums.between(from, to) : 0));
      return { from, to, errors, total: errors.reduce((a, b) => a + b, 0), before: previous.between(from, to) };
    });
    const compare = previous.values.length > 0 && choice.off.size === 0;
    const largest = Math.max(1, ...this.bars.map(bar => Math.max(bar.total, compare ? bar.before : 0)));
    const x = step => EDGE.left + ((step - choice.from) / count) * plot;
    const y = errors => bottom - (errors / largest) * (bottom - EDGE.top);
    const picture = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });

    for (const [start, end] of data.incidents) {
      const [left, right] = [Math.max(start, choice.from), Math.min(end, choice.to)];
      if (left >= right) continue;
      const wide = Math.max(3, x(right) - x(left));
      picture.append(
        svg("rect", { ...filled("incident"), x: x(left), y: EDGE.top - 8, width: wide, height: bottom - EDGE.top + 8 }),
        svg("rect", { ...filled("incident-mark"), x: x(left), y: EDGE.top - 8, width: wide, height: 3 }),
      );
    }
    const tick = tickStep(largest);
    for (let errors = 0; errors <= largest; errors += tick) {
      picture.append(
        svg("path", { ...stroked(errors ? "grid" : "axis"), d: `M${EDGE.left} ${y(errors)}h${plot}` }),
        svg("text", { ...filled("muted"), x: EDGE.left - 8, y: y(errors) + 4, "text-anchor": "end", "font-size": 12 }, shown(errors)),
      );
    }
    let free = 0;
    for (const [step, text] of labels(choice.from, choice.to, Math.max(2, Math.floor(plot / 84)))) {
      const half = 4 * text.length;
      const middle = wholeDays ? (x(step) + x(Math.min(step + 1, choice.to))) / 2 : x(step);
      const at = Math.min(Math.max(middle, half), width - half);
      if (at - half < free) continue;
      free = at + half;
      picture.append(
        svg("path", { ...stroked("axis"), d: `M${middle} ${bottom}v5` }),
        svg("text", { ...filled("muted"), x: at, y: bottom + 19, "text-anchor": "middle", "font-size": 12 }, text),
      );
    }
    this.bars.forEach((bar, i) => {
      const slot = x(bar.to) - x(bar.from);
      const wide = Math.min(Math.max(1, slot * 0.86), 60);
      const group = svg("g", { "data-window": bar.from, "data-windows": bar.to - bar.from, "data-errors": bar.total });
      let top = bottom;
      bar.errors.forEach((errors, reason) => {
        if (!errors) return;
        // One error beside a million must still be seen.
        const tall = Math.max(1, bottom - y(errors));
        top -= tall;
        group.append(svg("rect", {
          class: reasons[reason].class, fill: reasons[reason].fill,
          x: x(bar.from) + (slot - wide) / 2, y: top, width: wide, height: tall,
          "data-reason": reasons[reason].name, "data-errors": errors,
        }));
      });
      picture.append(group);
    });
    if (compare) {
      const d = this.bars.map((bar, i) => `${i ? "L" : "M"}${(x(bar.from) + x(bar.to)) / 2} ${y(bar.before)}`).join("");
      picture.append(svg("path", { ...stroked("previous"), d, "stroke-width": 1.5, "stroke-dasharray": "4 3", "stroke-linejoin": "round" }));
    }
    picture.append(
      svg("rect", { ...filled("text"), class: "f-text cursor", y: EDGE.top - 8, height: bottom - EDGE.top + 8, width: 0, "fill-opacity": 0.07 }),
      svg("rect", { class: "selection", y: EDGE.top - 8, height: bottom - EDGE.top + 8, width: 0, fill: "#3B82F6", "fill-opacity": 0.22 }),
    );
    this.main.replaceChildren(picture);
    this.drawStrip();
    this.active = Math.min(this.active, this.bars.length - 1);
    this.describe(Math.max(0, this.active));
    this.point(-1);
  },

  /** The whole report in small, with the chosen stretch marked; only where one is chosen. */
  drawStrip() {
    this.strip.hidden = choice.allDates();
    if (this.strip.hidden) return this.strip.replaceChildren();
    const [width, plot] = [this.width(), this.plot()];
    const values = range(0, steps).map(i => reasons.reduce((sum, { sums }, r) => sum + (choice.shows(r) ? sums.values[i] || 0 : 0), 0));
    const path = barsPath(values, plot, STRIP - 8, Math.floor(plot / 3));
    const x = step => (step / steps) * plot;
    this.strip.replaceChildren(
      svg("svg", { width, height: STRIP, viewBox: `0 0 ${width} ${STRIP}`, "aria-hidden": "true" },
        svg("g", { transform: `translate(${EDGE.left} 4)` },
          svg("rect", { class: "f-grid", fill: INK.grid, width: plot, height: STRIP - 8, rx: 4, "fill-opacity": 0.5 }),
          svg("rect", { class: "chosen", fill: "#3B82F6", "fill-opacity": 0.25, stroke: "#3B82F6", x: x(choice.from), width: Math.max(2, x(choice.to) - x(choice.from)), height: STRIP - 8, rx: 2 }),
          svg("path", { class: "f-axis", fill: INK.axis, d: path })),
        svg("rect", { class: "selection", fill: "#3B82F6", "fill-opacity": 0.3, y: 4, height: STRIP - 8, width: 0 })));
  },

  /** Tells a bar's numbers to those who do not see the picture. */
  describe(at) {
    const bar = this.bars[at];
    if (!bar) return;
    const values = { "aria-valuemin": 1, "aria-valuemax": this.bars.length, "aria-valuenow": at + 1, "aria-valuetext": this.lines(bar).join(", ") };
    for (const [name, value] of Object.entries(values)) this.main.setAttribute(name, value);
  },

  lines(bar) {
    const lines = [fill(words["interactive.cursor"], { window: stretch(bar.from, bar.to), number: shown(bar.total) })];
    bar.errors.forEach((errors, i) => errors && lines.push(`${reasons[i].name} ${shown(errors)}`));
    if (previous.values.length && !choice.off.size) lines.push(fill(words["interactive.previous"], { number: shown(bar.before) }));
    return lines;
  },

  /** Shows the numbers of a bar beside it; -1 hides them. */
  point(at) {
    const bar = this.bars[at];
    const cursor = this.main.querySelector(".cursor");
    this.tip.hidden = !bar;
    if (!bar) return cursor && cursor.setAttribute("width", 0);
    this.active = at;
    this.describe(at);
    const slot = this.plot() / this.bars.length;
    const left = EDGE.left + at * slot;
    cursor.setAttribute("x", left);
    cursor.setAttribute("width", slot);
    const rows = bar.errors.map((errors, i) => [errors, reasons[i]]).filter(([errors]) => errors);
    const line = (first, last) => html("p", {}, first, html("b", {}, last));
    const partial = range(bar.from, bar.to).some(step => data.partial.includes(step));
    this.tip.replaceChildren(
      html("p", { class: "tip-title" }, stretch(bar.from, bar.to) + (partial ? ` · ${words["page.partial"]}` : "")),
      line(words["page.errors"], shown(bar.total)),
      ...rows.map(([errors, reason]) => line(
        html("span", {}, svg("svg", { width: 10, height: 10 }, svg("rect", { class: reason.class, fill: reason.fill, width: 10, height: 10, rx: 2 })), " ", html("bdi", {}, reason.name)),
        shown(errors))),
      ...(previous.values.length && !choice.off.size ? [html("p", { class: "tip-title" }, fill(words["interactive.previous"], { number: shown(bar.before) }))] : []),
    );
    const room = this.width() - this.tip.offsetWidth - 4;
    const beside = left + slot + 10 <= room ? left + slot + 10 : left - this.tip.offsetWidth - 10;
    this.tip.style.left = `${Math.max(0, Math.min(room, beside))}px`;
  },
};

/** The `d` of a path that draws values as bars in a box, the same as the page's own small drawings. */
function barsPath(values, width, height, most) {
  const groups = grouped(values, most);
  const largest = Math.max(0, ...groups);
  if (!largest) return "";
  const step = width / groups.length;
  const bar = Math.min(step * 0.8, 12);
  const short = value => String(+value.toFixed(1));
  return groups.map((value, i) => {
    if (!value) return "";
    const tall = short(Math.max(1.5, (value / largest) * height));
    return `M${short(i * step)} ${height}v-${tall}h${short(bar)}v${tall}z`;
  }).join("");
}

