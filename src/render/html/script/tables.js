// The tables and the heatmap: their numbers follow the choice, their order the reader.

/** Texts as the report has them, to be put back exactly when everything is shown again. */
const original = new WeakMap();

function put(element, text, whole) {
  if (!element) return;
  if (!original.has(element)) original.set(element, element.textContent);
  element.textContent = whole ? original.get(element) : text;
}

/** Writes one row's errors, share, bar and course. */
function putRow(row, errors, values, total, whole) {
  row.dataset.errors = errors;
  row.classList.toggle("zero", errors === 0);
  put(row.querySelector("[data-cell=errors]"), shown(errors), whole);
  put(row.querySelector("[data-cell=share]"), percent(total ? errors / total : 0), whole);
  const bar = row.querySelector("[data-bar]");
  if (bar) bar.setAttribute("width", total ? ((errors / total) * 100).toFixed(1) : 0);
  const spark = row.querySelector("[data-spark]");
  if (spark) spark.setAttribute("d", barsPath(values, 120, 24, 60));
}

const slice = series => series.values.slice(choice.from, choice.to);
const nothing = () => new Array(choice.to - choice.from).fill(0);

function updateTables(total) {
  const whole = choice.whole();
  for (const row of document.querySelectorAll("#reasons tr[data-reason]")) {
    const reason = reasons.findIndex(({ name }) => name === row.dataset.reason);
    const on = reason >= 0 && choice.shows(reason);
    const { sums } = reasons[reason] || {};
    putRow(row, on ? sums.between(choice.from, choice.to) : 0, on ? slice(sums) : nothing(), total, whole);
  }
  for (const row of document.querySelectorAll("tr[data-detail]")) {
    if (!details[row.dataset.detail]) continue;
    const { reason, sums } = details[row.dataset.detail];
    const on = choice.shows(reason);
    putRow(row, on ? sums.between(choice.from, choice.to) : 0, on ? slice(sums) : nothing(), total, whole);
  }
  for (const [list, attribute] of [[channels, "channel"], [hosts, "host"]]) {
    if (!list) continue;
    for (const row of document.querySelectorAll(`tr[data-${attribute}]`)) {
      const shownSeries = list[row.dataset[attribute]].filter((_, reason) => choice.shows(reason));
      const values = nothing();
      for (const series of shownSeries) slice(series).forEach((errors, i) => (values[i] += errors));
      putRow(row, values.reduce((sum, errors) => sum + errors, 0), values, total, whole);
    }
  }
  for (const chip of document.querySelectorAll("[data-class]")) {
    const of = data.classes[chip.dataset.class];
    if (!of) continue;
    const errors = of.reduce((sum, i) => sum + (choice.shows(details[i].reason) ? details[i].sums.between(choice.from, choice.to) : 0), 0);
    chip.dataset.errors = errors;
    put(chip.querySelector("b"), shown(errors), whole);
  }
  updateWindows();
}

/** The numbers behind the timeline: the chosen windows, the chosen reasons. */
function updateWindows() {
  const table = byId("windows");
  if (!table || data.windows_per_step > 1) return;
  const off = [...table.tHead.rows[0].cells].map(cell => choice.off.has(cell.dataset.column));
  [...table.tHead.rows[0].cells].forEach((cell, i) => (cell.hidden = off[i]));
  for (const row of table.tBodies[0].rows) {
    const step = +row.dataset.window;
    row.hidden = step < choice.from || step >= choice.to;
    const errors = reasons.reduce((sum, { sums }, i) => sum + (choice.shows(i) ? sums.values[step] : 0), 0);
    put(row.cells[1], shown(errors), choice.off.size === 0);
    [...row.cells].forEach((cell, i) => (cell.hidden = off[i]));
  }
}

/** The step of the colour scale, from 0 for none to 7. */
function level(errors, largest) {
  return errors ? Math.min(7, Math.max(1, Math.ceil(Math.sqrt(errors / largest) * 7))) : 0;
}

const heatTable = {
  /** The table takes the picture's place: it shows the exact numbers and can follow the choice. */
  setUp() {
    this.cells = [...document.querySelectorAll("#heat td")];
    const numbers = byId("heat-numbers");
    if (!heat || this.cells.length !== FIELDS) return;
    numbers.open = true;
    numbers.querySelector("summary").hidden = true;
    const picture = byId("picture-heatmap");
    if (picture) picture.hidden = true;
  },

  update() {
    const note = byId("heat-of-report");
    if (!heat || this.cells.length !== FIELDS) {
      if (note) note.hidden = choice.whole();
      return;
    }
    const fields = heatOf(choice);
    const largest = Math.max(1, ...fields);
    this.cells.forEach((cell, i) => {
      cell.textContent = shown(fields[i]);
      cell.className = "h" + level(fields[i], largest);
      cell.dataset.errors = fields[i];
    });
  },
};

/** What a row is sorted by in a column: a number, or text. */
function sortValue(row, column) {
  const cell = row.cells[column];
  if (!cell) return "";
  if (cell.dataset.cell === "errors" || cell.querySelector("[data-cell=share]")) return +row.dataset.errors;
  if (cell.dataset.value === undefined) return cell.textContent.trim();
  return cell.classList.contains("number") ? +cell.dataset.value : cell.dataset.value;
}

function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), document.documentElement.lang, { numeric: true });
}

/** Sorts rows by a column; rows without a value come last both ways. */
function sorted(rows, column, order) {
  const sign = order === "up" ? 1 : -1;
  const key = new Map(rows.map(row => [row, sortValue(row, column)]));
  return [...rows].sort((a, b) => {
    const [left, right] = [key.get(a), key.get(b)];
    if (left === "" || right === "") return (left === "") - (right === "");
    return sign * compare(left, right);
  });
}

const sorting = {
  setUp(changed) {
    for (const table of document.querySelectorAll("table")) {
      const headings = table.tHead.querySelectorAll("th[data-sort]");
      if (!headings.length) continue;
      // Every body keeps its first order, to go back to.
      original.set(table, [...table.tBodies].map(body => [body, [...body.rows]]));
      for (const heading of headings) {
        const column = heading.cellIndex;
        const text = heading.firstChild.textContent.trim();
        const button = html("button", { type: "button", class: "sort", title: fill(words["interactive.sort"], { column: text }) }, text);
        heading.firstChild.replaceWith(button);
        button.addEventListener("click", () => {
          const first = heading.dataset.sort === "number" ? "down" : "up";
          const [now, order] = choice.sort.get(table.id) || [];
          if (now !== column) choice.sort.set(table.id, [column, first]);
          else if (order === first) choice.sort.set(table.id, [column, first === "down" ? "up" : "down"]);
          else choice.sort.delete(table.id);
          changed();
        });
      }
    }
  },

  update() {
    for (const table of document.querySelectorAll("table")) {
      const bodies = original.get(table);
      if (!bodies) continue;
      const [column, order] = choice.sort.get(table.id) || [];
      for (const heading of table.tHead.rows[0].cells) {
        if (heading.cellIndex === column) heading.setAttribute("aria-sort", order === "up" ? "ascending" : "descending");
        else heading.removeAttribute("aria-sort");
      }
      for (const [body, rows] of bodies) {
        // The row of a reason stays above its details.
        const head = rows.filter(row => row.classList.contains("reason"));
        const rest = rows.filter(row => !row.classList.contains("reason"));
        body.append(...head, ...(column === undefined ? rest : sorted(rest, column, order)));
      }
      if (bodies.length < 2) continue;
      const heads = bodies.map(([, rows]) => rows[0]);
      const inOrder = column === undefined ? heads : sorted(heads, column, order);
      table.append(...inOrder.map(row => row.parentNode));
    }
  },
};

const groups = {
  setUp(changed) {
    for (const row of document.querySelectorAll("#reasons tr.reason")) {
      if (row.parentNode.rows.length < 2) continue;
      const reason = row.dataset.reason;
      const button = html("button", { type: "button", class: "open", "aria-label": fill(words["interactive.open"], { reason }) });
      button.addEventListener("click", () => {
        if (!choice.closed.delete(reason)) choice.closed.add(reason);
        changed();
      });
      row.cells[0].prepend(button);
    }
  },

  update() {
    for (const row of document.querySelectorAll("#reasons tr.reason")) {
      const open = !choice.closed.has(row.dataset.reason);
      const button = row.querySelector(".open");
      if (button) button.setAttribute("aria-expanded", open);
      for (const other of row.parentNode.rows) if (other !== row) other.hidden = !open;
    }
  },
};

