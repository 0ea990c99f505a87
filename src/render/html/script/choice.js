// What the reader has chosen, and how the address of the page keeps it.

/** A stretch of whole steps, the reasons left out, the order of tables and the closed groups. */
const choice = {
  from: 0,
  to: steps,
  off: new Set(),
  /** By table: [column, "down" or "up"]. */
  sort: new Map(),
  closed: new Set(),

  shows: reason => reason !== null && !choice.off.has(reasons[reason].name),
  allDates: () => choice.from === 0 && choice.to === steps,
  whole: () => choice.allDates() && choice.off.size === 0,
};

/** The step that a local time lies in. */
function stepAt(time) {
  const exact = data.keys.indexOf(time);
  if (exact >= 0 && exact < steps) return exact;
  let step = 0;
  while (step + 1 < steps && data.keys[step + 1] <= time) step++;
  return step;
}

/**
 * Chooses from one local day or time to another. A last day is meant with all its hours, a last
 * time of day is the end. Steps that are only touched count whole.
 */
function chooseTimes(first, last) {
  if (!wholeDays && last && !last.includes("T")) last = dayAfter(last, 1) + "T00:00";
  const time = text => (wholeDays ? dayOf(text) : text.includes("T") ? text : text + "T00:00");
  const from = first ? stepAt(time(first)) : 0;
  let to = steps;
  if (last && wholeDays) to = stepAt(time(last)) + 1;
  else if (data.keys.includes(last)) to = data.keys.indexOf(last);
  else if (last && last < data.keys[steps]) to = data.keys.findIndex(key => key >= last);
  chooseSteps(from, to);
}

/** Chooses steps; the ends may come in any order. */
function chooseSteps(from, to) {
  const [low, high] = from < to ? [from, to] : [Math.max(0, to - 1), from + 1];
  choice.from = Math.min(Math.max(0, low), Math.max(0, steps - 1));
  choice.to = Math.min(Math.max(choice.from + 1, high), steps);
}

/** The first and the last day, or the start and the end, as a person types them. */
const firstTime = () => data.keys[choice.from];
const lastTime = () => (wholeDays ? dayAfter(data.keys[choice.to], -1) : data.keys[choice.to]);

function resetChoice() {
  chooseSteps(0, steps);
  choice.off.clear();
}

/** The choice as the part of an address after `#`; empty where nothing is chosen. */
function fragment() {
  const parts = [];
  const add = (name, value) => parts.push(name + "=" + encodeURIComponent(value).replace(/%3A/g, ":").replace(/%2B/g, "+"));
  if (!choice.allDates()) {
    add("from", firstTime());
    add("to", lastTime());
  }
  for (const name of choice.off) add("off", name);
  for (const [table, [column, order]] of choice.sort) add("sort", [table, column, order].join("."));
  for (const name of choice.closed) add("closed", name);
  return parts.join("&");
}

/** Takes the choice from the address. A fragment that names a section leaves it as it is. */
function readFragment() {
  const text = location.hash.slice(1);
  if (text && !text.includes("=")) return;
  resetChoice();
  choice.sort.clear();
  choice.closed.clear();
  const [times, known] = [{}, new Set(reasons.map(reason => reason.name))];
  for (const part of text.split("&")) {
    const [name, ...rest] = part.split("=");
    let value;
    try {
      value = decodeURIComponent(rest.join("="));
    } catch {
      continue;
    }
    if ((name === "from" || name === "to") && /^\d{4}-\d\d-\d\d(T\d\d:\d\d([+-]\d\d:\d\d)?)?$/.test(value)) times[name] = value;
    if (name === "off" && known.has(value)) choice.off.add(value);
    if (name === "closed" && known.has(value)) choice.closed.add(value);
    const sort = name === "sort" && /^([a-z]+)\.(\d+)\.(up|down)$/.exec(value);
    if (sort) choice.sort.set(sort[1], [+sort[2], sort[3]]);
  }
  if (steps && (times.from || times.to)) chooseTimes(times.from, times.to);
}

/** Puts the choice into the address without a new entry in the history. */
function writeFragment() {
  const text = fragment();
  if (text === location.hash.slice(1) || (!text && !location.hash.includes("="))) return;
  try {
    history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
  } catch {
    // A sandboxed frame may not change its address; the page works all the same.
  }
}

