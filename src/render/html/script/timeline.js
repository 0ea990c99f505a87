// The timeline of what is chosen: stacked by reason, and once more without what dwarfs the rest.

/** Heights of the two panels, and on paper, where they shall not take a page of their own. */
const [SCREEN, PAPER] = [[210, 110], [120, 64]];
const EDGE = { left: 52, right: 12, top: 46, between: 56, bottom: 26 };
/** Bars above so many times of what others have hide them; below so many errors nothing is hidden. */
const [DWARFS, LEAST] = [8, 1];
/** So few windows are better seen in finer ones. */
const FEW = 24;
/** Longest name of an event, in letters. */
const NAME = 24;
/** Pointer movement in pixels that makes a click a drag. */
const DRAG = 5;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function svg(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Colours go by class, and by attribute where no style is allowed. */
const INK = { muted: "#58616D", grid: "#E3E7EC", axis: "#8A93A0", incident: "#FBE9E7", "incident-mark": "#8E1B14", text: "#1B2027" };
const filled = ink => ({ class: "f-" + ink, fill: INK[ink] });
const stroked = ink => ({ class: "s-" + ink, stroke: INK[ink], fill: "none" });
const note = (x, y, text, ink, more) => svg("text", { ...filled(ink), x, y, "font-size": 12, ...more }, text);

/** About how many pixels wide a note is at most: Chinese and Japanese signs are squares. */
const wide = text => [...text].reduce((sum, sign) => sum + (sign < "\u2e80" ? 8 : 12.5), 0);

/** A step of 1, 2 or 5 times a power of ten that gives at most `ticks` ticks up to `largest`. */
function tickStep(largest, ticks) {
  const rough = Math.max(1, largest / ticks);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map(factor => factor * power).find(step => step >= rough);
}

/** The steps that get a label under the axis, about `room` of them at most. */
function labels(from, to, room) {
  if (wholeDays) {
    const every = Math.max(1, Math.ceil((to - from) / room));
    const pattern = data.size === "month" ? "format.month" : "format.short_day";
    return range(from, to).filter(i => (i - from) % every === 0).map(i => [i, told(pattern, data.keys[i])]);
  }
  const minutes = key => +timeOf(key).slice(0, 2) * 60 + +timeOf(key).slice(3);
  for (const every of [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 4320, 10080, 20160, 40320, 80640]) {
    const found = range(from, to).filter(i => {
      const key = data.keys[i];
      if (every < 1440) return minutes(key) % every === 0;
      return (i === 0 || dayOf(data.keys[i - 1]) !== dayOf(key)) && (dayNumber(key) + 3) % (every / 1440) === 0;
    });
    if (found.length <= room) return found.map(i => [i, minutes(data.keys[i]) ? timeOf(data.keys[i]) : told("format.short_day", data.keys[i])]);
  }
  return [];
}

const timeline = {
  box: byId("drawing"),
  /** The bars of the last drawing: the steps each stands for, and its errors by reason. */
  bars: [],
  active: -1,

  setUp(changed) {
    const tip = element("div", { id: "tip", class: "tip", hidden: "" });
    const main = element("div", { id: "timeline-drawing", class: "drawn", tabindex: "0", role: "slider", "aria-label": words["interactive.timeline"] });
    this.box.append(main, tip);
    Object.assign(this, { main, tip, changed });
    main.addEventListener("pointermove", event => event.buttons || this.point(this.barAt(event)));
    main.addEventListener("pointerleave", () => this.point(-1));
    main.addEventListener("focus", () => main.matches(":focus-visible") && this.point(Math.max(0, this.active)));
    main.addEventListener("blur", () => this.point(-1));
    main.addEventListener("keydown", event => this.key(event));
    this.drag();
    let width = 0;
    new ResizeObserver(() => {
      if (Math.abs(this.box.clientWidth - width) < 2) return;
      width = this.box.clientWidth;
      this.draw();
    }).observe(this.box);
  },

  barAt(event) {
    const x = event.clientX - this.main.getBoundingClientRect().left - EDGE.left;
    return Math.min(this.bars.length - 1, Math.max(0, Math.floor(x / (this.plot / this.bars.length))));
  },

  /** Chooses the stretch from where the pointer goes down to where it goes up. */
  drag() {
    let start = null;
    const chosen = event => {
      const [a, b] = [this.bars[start.bar], this.bars[this.barAt(event)]];
      return [Math.min(a.from, b.from), Math.max(a.to, b.to)];
    };
    const mark = (from, to) => {
      const rect = this.main.querySelector(".selection");
      rect.setAttribute("x", this.x(from));
      rect.setAttribute("width", this.x(to) - this.x(from));
    };
    this.main.addEventListener("pointerdown", event => {
      if (event.button !== 0) return;
      start = { x: event.clientX, bar: this.barAt(event) };
      this.main.setPointerCapture(event.pointerId);
    });
    this.main.addEventListener("pointermove", event => {
      if (!start || Math.abs(event.clientX - start.x) < DRAG) return;
      mark(...chosen(event));
      this.point(-1);
    });
    this.main.addEventListener("pointerup", event => {
      if (!start) return;
      const [from, to] = chosen(event);
      const dragged = Math.abs(event.clientX - start.x) >= DRAG;
      start = null;
      mark(choice.from, choice.from);
      if (dragged) this.choose(from, to);
    });
    this.main.addEventListener("pointercancel", () => {
      start = null;
      mark(choice.from, choice.from);
    });
  },

  choose(from, to) {
    choice.dates(from, to);
    this.changed();
  },

  key(event) {
    const last = this.bars.length - 1;
    const go = { ArrowLeft: this.active - 1, ArrowRight: this.active + 1, Home: 0, End: last, PageUp: this.active - 10, PageDown: this.active + 10 }[event.key];
    if (go !== undefined) this.point(Math.min(last, Math.max(0, go)));
    else if (event.key === "Enter" && this.active >= 0) {
      this.choose(this.bars[this.active].from, this.bars[this.active].to);
      this.point(0);
    } else if (event.key === "Escape") {
      choice.reset();
      this.changed();
    } else return;
    event.preventDefault();
  },

  draw(width = Math.max(300, this.box.clientWidth || 1100), [height, lower] = SCREEN) {
    const count = choice.to - choice.from;
    this.plot = width - EDGE.left - EDGE.right;
    this.unit = words.unit;
    this.x = step => EDGE.left + ((step - choice.from) / count) * this.plot;
    const size = Math.max(1, Math.ceil(count / Math.floor(this.plot / 3)));
    if (data.step > 1) this.unit = fill(words["interactive.together"], { unit: words.unit, count: data.step });
    const found = sums().reasons;
    const bar = step => {
      const errors = reasons.map((_, reason) => found.get(reason)?.values[step] || 0);
      return { at: choice.from + step, errors, total: errors.reduce((a, b) => a + b, 0) };
    };
    // Of more than have room the highest of neighbours is drawn, so that it is as high, and as said, as on any other screen.
    this.bars = range(0, Math.ceil(count / size)).map(i => {
      const [from, to] = [i * size, Math.min(i * size + size, count)];
      const highest = range(from, to).map(bar).reduce((a, b) => (b.total > a.total ? b : a));
      return { ...highest, from: choice.from + from, to: choice.from + to };
    });
    byId("pooled").hidden = size < 2;
    byId("pooled").textContent = fill(words["chart.pooled"], { count: shown(size) });
    const rest = this.ordinary();
    const panels = [{ bars: this.bars, height, top: EDGE.top }];
    if (rest.length < this.bars.length && rest.some(bar => bar.total)) panels.push({ bars: rest, height: lower, top: EDGE.top + height + EDGE.between });
    byId("rest").hidden = panels.length < 2;
    this.sayFiner(count);
    const bottom = panels.at(-1).top + panels.at(-1).height;
    const picture = svg("svg", { width, height: bottom + EDGE.bottom, viewBox: `0 0 ${width} ${bottom + EDGE.bottom}`, "aria-hidden": "true" });
    panels.forEach((panel, i) => this.drawPanel(picture, panel, i > 0));
    this.drawTimes(picture, bottom, width);
    picture.append(
      svg("rect", { ...filled("text"), class: "f-text cursor", y: EDGE.top, height: bottom - EDGE.top, width: 0, "fill-opacity": 0.07 }),
      svg("rect", { class: "selection", y: EDGE.top, height: bottom - EDGE.top, width: 0, fill: "#3B82F6", "fill-opacity": 0.22 }),
    );
    this.main.replaceChildren(picture);
    this.active = Math.min(this.active, this.bars.length - 1);
    this.describe(Math.max(0, this.active));
    this.point(-1);
  },

  /** Bars do not become finer than the report's windows, so it says how to get some. */
  sayFiner(count) {
    const line = byId("finer");
    line.hidden = !data.finer || count > FEW || count === steps;
    if (line.hidden) return;
    const end = data.keys[choice.to];
    const period = data.keys[choice.from] + ".." + (wholeDays ? dayBefore(end) : end.slice(0, 16));
    const [before, after] = words["interactive.finer"].split("{options}");
    line.replaceChildren(before, element("code", {}, `--period ${period} --window auto`), after);
  },

  /** The bars without those that hide the others; what others have is told by those outside of incidents, if these are at least half of all. */
  ordinary() {
    const calm = this.bars.filter(bar => !data.incidents.some(([from, to]) => from < bar.to && to > bar.from));
    const counts = (calm.length * 2 < this.bars.length ? this.bars : calm).map(bar => bar.total).sort((a, b) => a - b);
    const usual = counts[Math.min(Math.floor(counts.length * 0.95), Math.max(0, counts.length - 2))];
    return this.bars.filter(bar => bar.total <= Math.max(usual, LEAST) * DWARFS);
  },

  /** Left edge and width of a bar. */
  column(bar) {
    const [left, right] = [this.x(bar.from), this.x(bar.to)];
    const wide = Math.min(Math.max(1, (right - left) * 0.86), 60);
    return [left + (right - left - wide) / 2, wide];
  },

  /** Where an instant lies on its bar; an end belongs to the bar before. */
  onBar(step, end) {
    const bar = this.bars.find(bar => (end ? step <= bar.to : step < bar.to));
    const [x, wide] = this.column(bar);
    return x + ((step - bar.from) / (bar.to - bar.from)) * wide;
  },

  drawPanel(picture, { bars, height, top }, again) {
    const highest = bars.reduce((a, b) => (b.total > a.total ? b : a));
    const most = Math.max(1, highest.total);
    const bottom = top + height;
    const y = errors => bottom - (errors / most) * height;
    const within = (list, place, draw) => list.forEach(([start, end, lane]) => {
      const [from, to] = [Math.max(start, choice.from), Math.min(end, choice.to)];
      if (from >= to) return;
      const [left, right] = [place(from, false), place(to, true)];
      draw(left, Math.max(3, right - left), lane);
    });
    const onBar = this.onBar.bind(this);
    this.drawPlans(picture, top, height, !again);
    within(data.incidents, onBar, (x, wide) => picture.append(svg("rect", { ...filled("incident"), x, y: top, width: wide, height })));
    within(data.unknown, this.x, (x, wide) => picture.append(svg("rect", { fill: "url(#hatch)", class: "missing", x, y: top, width: wide, height })));
    for (const bar of this.bars) if (!bars.includes(bar)) picture.append(svg("rect", { ...filled("incident"), x: this.x(bar.from), y: top, width: this.x(bar.to) - this.x(bar.from), height }));
    const tick = tickStep(most, again ? 3 : 5);
    for (let errors = 0; errors <= most; errors += tick) {
      picture.append(
        svg("path", { ...stroked(errors ? "grid" : "axis"), d: `M${EDGE.left} ${y(errors)}h${this.plot}` }),
        note(EDGE.left - 8, y(errors) + 4, shown(errors), "muted", { "text-anchor": "end" }),
      );
    }
    picture.append(note(0, top - 26, this.unit, "muted"));
    for (const bar of bars) {
      if (!bar.total) continue;
      const [x, wide] = this.column(bar);
      const pale = data.partial.includes(bar.at);
      const group = svg("g", again ? {} : { "data-window": bar.from, "data-windows": bar.to - bar.from, "data-errors": bar.total });
      if (pale) group.setAttribute("opacity", 0.5);
      let edge = bottom;
      bar.errors.forEach((errors, reason) => {
        if (!errors) return;
        // One error beside a million must still be seen.
        const tall = Math.max(1, bottom - y(errors));
        edge -= tall;
        const of = again ? {} : { "data-reason": reasons[reason].name, "data-errors": errors };
        group.append(svg("rect", { class: reasons[reason].class, fill: reasons[reason].fill, x, y: edge, width: wide, height: tall, ...of }));
      });
      picture.append(group);
    }
    within(data.incidents, onBar, (x, width, lane) => picture.append(svg("rect", { ...filled("incident-mark"), x, y: top - 3 + 4 * lane, width, height: 3 })));
    if (!highest.total) return;
    const when = told(wholeDays ? "format.short_day" : "format.short_moment", data.keys[highest.at]);
    const text = fill(words["chart.peak"], { errors: shown(highest.total), when });
    const half = wide(text) / 2;
    const x = Math.min(Math.max((this.x(highest.from) + this.x(highest.to)) / 2, EDGE.left + half), EDGE.left + this.plot + EDGE.right - half);
    picture.append(note(x, top - 8, text, "text", { "text-anchor": "middle", "font-weight": 600, class: "f-text peak" }));
  },

  /** Maintenance is shaded and an event is a line; names stand where they have room. */
  drawPlans(picture, top, height, named) {
    let free = EDGE.left + wide(this.unit);
    for (const [start, end, name] of data.plans) {
      if (end < choice.from || start > choice.to) continue;
      const [left, right] = [this.x(Math.max(start, choice.from)), this.x(Math.min(end, choice.to))];
      picture.append(start < end
        ? svg("rect", { ...filled("grid"), x: left, y: top, width: right - left, height })
        : svg("path", { ...stroked("muted"), d: `M${left} ${top}v${height}` }));
      const text = name.length > NAME ? name.slice(0, NAME - 1) + "…" : name;
      const x = Math.min(left, EDGE.left + this.plot - wide(text));
      if (!named || x < free) continue;
      free = x + wide(text);
      picture.append(note(x, top - 26, text, "muted", { class: "f-muted plan" }));
    }
  },

  drawTimes(picture, bottom, width) {
    let free = 0;
    for (const [step, text] of labels(choice.from, choice.to, Math.max(2, Math.floor(this.plot / 84)))) {
      const half = wide(text) / 2;
      const middle = wholeDays ? (this.x(step) + this.x(step + 1)) / 2 : this.x(step);
      const x = Math.min(Math.max(middle, half), width - half);
      if (x - half < free) continue;
      free = x + half;
      picture.append(svg("path", { ...stroked("axis"), d: `M${middle} ${bottom}v5` }), note(x, bottom + 19, text, "muted", { "text-anchor": "middle" }));
    }
  },

  /** Tells a bar's numbers to those who do not see the picture. */
  describe(at) {
    const bar = this.bars[at];
    if (!bar) return;
    const lines = [fill(words["interactive.cursor"], { window: stretch(bar.at, bar.at + 1), number: shown(bar.total) })];
    bar.errors.forEach((errors, i) => errors && lines.push(`${reasons[i].name} ${shown(errors)}`));
    const values = { "aria-valuemin": 1, "aria-valuemax": this.bars.length, "aria-valuenow": at + 1, "aria-valuetext": lines.join(words["story.comma"]) };
    for (const [name, value] of Object.entries(values)) this.main.setAttribute(name, value);
  },

  /** Shows the numbers of a bar beside it; -1 hides them. */
  point(at) {
    const bar = this.bars[at];
    const cursor = this.main.querySelector(".cursor");
    this.tip.hidden = !bar;
    if (!bar) return cursor && cursor.setAttribute("width", 0);
    this.active = at;
    this.describe(at);
    const [left, right] = [this.x(bar.from), this.x(bar.to)];
    cursor.setAttribute("x", left);
    cursor.setAttribute("width", right - left);
    const line = (first, last) => element("p", {}, first, element("b", {}, last));
    const dot = ({ class: name, fill }) => svg("svg", { width: 10, height: 10 }, svg("rect", { class: name, fill, width: 10, height: 10, rx: 2 }));
    const partial = data.partial.includes(bar.at);
    const rows = bar.errors.map((errors, i) => [errors, reasons[i]]).filter(([errors]) => errors);
    this.tip.replaceChildren(
      element("p", { class: "tip-title" }, stretch(bar.at, bar.at + 1) + (partial ? words["story.dot"] + words["page.partial"] : "")),
      line(words["page.errors"], shown(bar.total)),
      ...rows.map(([errors, reason]) => line(element("span", {}, dot(reason), " ", element("bdi", {}, reason.name)), shown(errors))),
    );
    const room = this.box.clientWidth - this.tip.offsetWidth - 4;
    this.tip.style.left = `${Math.max(0, Math.min(room, right + 10 <= room ? right + 10 : left - this.tip.offsetWidth - 10))}px`;
  },
};

