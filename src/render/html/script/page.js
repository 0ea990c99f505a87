// The page comes to life. Without any of this it is complete, only not movable.

/** Texts as the report has them, to be put back exactly when everything is shown again. */
const original = new WeakMap();

function put(cell, text, whole) {
  if (!cell) return;
  if (!original.has(cell)) original.set(cell, cell.textContent);
  cell.textContent = whole ? original.get(cell) : text;
}

/** The `d` of a path that draws values as bars in a box of 120 × 24, as the page's own small drawings are. */
function barsPath(values) {
  const size = Math.max(1, Math.ceil(values.length / 60));
  const groups = range(0, Math.ceil(values.length / size)).map(i => values.slice(i * size, i * size + size).reduce((a, b) => a + b, 0));
  const largest = Math.max(data.least, ...groups);
  const [step, short] = [120 / groups.length, value => String(+value.toFixed(1))];
  return groups.map((value, i) => {
    if (!value) return "";
    const tall = short(Math.max(1.5, (value / largest) * 24));
    return `M${short(i * step)} 24v-${tall}h${short(Math.min(step * 0.8, 12))}v${tall}z`;
  }).join("");
}

/** The rows of the tables show what is chosen. */
function updateTables(found, whole) {
  for (const kind of ["reason", "detail", "channel"]) {
    for (const row of all(`tr[data-${kind}]`)) {
      const sum = found[kind + "s"].get(+row.dataset[kind]) || found.none;
      row.classList.toggle("zero", sum.errors === 0);
      put(row.querySelector("[data-cell=errors]"), shown(sum.errors), whole);
      put(row.querySelector("[data-cell=share]"), percent(found.total ? sum.errors / found.total : 0), whole);
      for (const cell of all("[data-of]", row)) {
        put(cell, shown(sum.of[cell.dataset.of]), whole);
        cell.classList.toggle("nil", !sum.of[cell.dataset.of]);
      }
      row.querySelector("[data-spark]")?.setAttribute("d", barsPath(sum.values));
    }
  }
  // Before, change and the times seen are those of the report.
  for (const table of all(".follows")) table.classList.toggle("chosen", !whole);
}

/** Everything that depends on the choice. */
function update() {
  writeFragment();
  const [found, whole] = [sums(), choice.whole()];
  timeline.draw();
  updateTables(found, whole);
  for (const toggle of all("[data-toggle]")) {
    const reason = +toggle.dataset.toggle;
    toggle.checked = choice.shows(reason);
    put(toggle.parentNode.querySelector("b"), shown(found.beside[reason]), whole);
  }
  byId("from").value = dayOf(data.keys[choice.from]);
  byId("to").value = dayOf(data.keys[choice.to - 1]);
  const channel = byId("channel");
  if (channel) channel.value = choice.channel;
  const parts = [stretch(choice.from, choice.to)];
  if (choice.channel >= 0) parts.push(channel.selectedOptions[0].text);
  if (choice.off.size) parts.push(fill(words["interactive.without"], { reasons: [...choice.off].join(words["story.comma"]) }));
  const said = fill(words["interactive.choice"], { number: shown(found.total), total: shown(data.total), parts: parts.join(words["story.dot"]) });
  for (const line of all(".choice")) {
    line.hidden = whole;
    line.querySelector("span").textContent = whole ? "" : said;
  }
}

/** Adds a button that copies the text of an element. */
function copyable(text) {
  const button = element("button", { type: "button", class: "copy" }, words["interactive.copy"]);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent.trim());
      button.textContent = words["interactive.copied"];
      setTimeout(() => (button.textContent = words["interactive.copy"]), 2000);
    } catch {
      // Without permission the text is at least selected.
      getSelection().selectAllChildren(text);
    }
  });
  text.after(button);
}

/** A click on a heading sorts the rows of its table by that column, the next one the other way. Numbers begin with the most. */
function sortable(table) {
  const value = (row, column) => {
    const cell = row.cells[column];
    const number = cell.classList.contains("number") || cell.dataset.value !== undefined;
    return number ? Number(cell.dataset.value ?? cell.textContent.replace(/[^\d.-]/g, "")) : cell.textContent.trim();
  };
  const order = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, document.documentElement.lang, { numeric: true }));
  for (const heading of all("thead th[data-sort]", table)) {
    const text = heading.textContent.trim();
    const button = element("button", { type: "button", class: "sort", title: fill(words["interactive.sort"], { column: text }) }, text);
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const rows = [...table.tBodies[0].rows].map(row => [value(row, heading.cellIndex), row]);
      const last = heading.getAttribute("aria-sort") ?? (typeof rows[0][0] === "number" ? "ascending" : "descending");
      const sign = last === "ascending" ? -1 : 1;
      for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      table.tBodies[0].append(...rows.sort((a, b) => sign * order(a[0], b[0])).map(row => row[1]));
    });
  }
}

/** The days, or the weeks or months, of a list to choose from; each stands for all of it. */
function fillDates(select, chosen) {
  const firsts = range(0, steps).filter(i => i === 0 || dayOf(data.keys[i]) !== dayOf(data.keys[i - 1]));
  for (const step of firsts) {
    const text = wholeDays ? stretch(step, step + 1) : told("format.day", data.keys[step]);
    select.append(element("option", { value: dayOf(data.keys[step]) }, text));
  }
  select.addEventListener("change", () => {
    chosen(select.value);
    update();
  });
}

function start() {
  for (const text of all(".sentence, .command")) copyable(text);
  all("table.sortable").filter(table => table.tBodies[0].rows.length > 1).forEach(sortable);
  // What has nothing to scroll is no stop of the Tab key.
  const stops = () => all(".scroll").forEach(box => (box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1));
  addEventListener("resize", stops);
  addEventListener("toggle", stops, true);
  stops();
  if (!steps || !byId("controls")) return;
  for (const id of ["controls", "drawing"]) byId(id).hidden = false;
  byId("picture-timeline").hidden = true;
  const first = day => data.keys.findIndex(key => dayOf(key) === day);
  const last = day => data.keys.slice(0, steps).findLastIndex(key => dayOf(key) === day) + 1;
  fillDates(byId("from"), day => choice.dates(first(day), Math.max(choice.to, last(day))));
  fillDates(byId("to"), day => choice.dates(Math.min(choice.from, first(day)), last(day)));
  byId("channel")?.addEventListener("change", event => {
    choice.channel = +event.target.value;
    update();
  });
  for (const toggle of all("[data-toggle]")) {
    toggle.addEventListener("change", () => {
      const { name } = reasons[toggle.dataset.toggle];
      if (!choice.off.delete(name)) choice.off.add(name);
      update();
    });
  }
  for (const button of all(".choice button")) {
    button.addEventListener("click", () => {
      choice.reset();
      update();
      // The button is gone; the keyboard goes on at the picture.
      timeline.main.focus({ preventScroll: true });
    });
  }
  timeline.setUp(update);
  // Paper is as wide as it is.
  addEventListener("beforeprint", () => timeline.draw(700, PAPER));
  addEventListener("afterprint", () => timeline.draw());
  addEventListener("hashchange", () => {
    readFragment();
    update();
  });
  readFragment();
  update();
}

start();
