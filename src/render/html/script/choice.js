// What the page knows, in its own language, and what of it the reader has chosen.

const byId = id => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const range = (from, to) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

const data = JSON.parse(byId("data").textContent);
const { words, reasons } = data;
/** Windows of the timeline, or equal groups of them where there are very many. */
const steps = data.facts.length;

const numbers = new Intl.NumberFormat(document.documentElement.lang);
const shown = n => numbers.format(n);
const percent = share => fill(words.percent, { number: (share * 100).toFixed(1) });

/** A pattern with its {placeholders} filled; of {number:one|many} the word that suits the number. */
function fill(pattern, values) {
  return pattern.replace(/\{(\w+)(?::(.*?)\|(.*?))?\}/g, (whole, name, one, many) =>
    !Object.hasOwn(values, name) ? whole : many === undefined ? String(values[name]) : values[name] === "1" ? one : many);
}

const wholeDays = ["day", "week", "month"].includes(data.size);
const dayOf = key => key.slice(0, 10);
const timeOf = key => key.slice(11, 16) || "00:00";

/** Days since 1970-01-01 of a calendar day, without any time zone. */
const dayNumber = key => Date.UTC(+key.slice(0, 4), +key.slice(5, 7) - 1, +key.slice(8, 10)) / 864e5;
const dayBefore = key => new Date((dayNumber(key) - 1) * 864e5).toISOString().slice(0, 10);

/** A local time in a pattern of the language, such as "format.day". */
function told(pattern, key) {
  return fill(words[pattern], {
    year: +key.slice(0, 4),
    buddhist_year: +key.slice(0, 4) + 543,
    month: words["format.months"].split(" ")[+key.slice(5, 7) - 1],
    day: +key.slice(8, 10),
    weekday: words["format.weekdays"].split(" ")[(dayNumber(key) + 3) % 7],
    time: timeOf(key),
  });
}

/** What a stretch of steps is called; `to` is the step after its last. */
function stretch(from, to) {
  const [start, end] = [data.keys[from], data.keys[to]];
  const between = (a, b) => (a === b ? a : fill(words["story.range"], { from: a, to: b }));
  if (data.size === "month") return between(told("format.month", start), told("format.month", data.keys[to - 1]));
  const midnights = timeOf(start) === "00:00" && timeOf(end) === "00:00";
  if (wholeDays || midnights) return between(told("format.day", start), told("format.day", dayBefore(end)));
  const endsDay = timeOf(end) === "00:00" && dayBefore(end) === dayOf(start);
  const sameDay = dayOf(end) === dayOf(start);
  return between(told("format.moment", start), endsDay ? "24:00" : sameDay ? timeOf(end) : told("format.moment", end));
}

/** Steps from `from` to before `to`, one channel or all (-1), and the reasons left out. */
const choice = {
  from: 0,
  to: steps,
  channel: -1,
  off: new Set(),

  shows: reason => !choice.off.has(reasons[reason].name),
  whole: () => choice.from === 0 && choice.to === steps && choice.channel < 0 && choice.off.size === 0,

  /** The ends may come in any order. */
  dates(from, to) {
    choice.from = Math.min(Math.max(0, Math.min(from, to - 1)), Math.max(0, steps - 1));
    choice.to = Math.min(Math.max(choice.from + 1, from + 1, to), steps);
  },

  reset() {
    Object.assign(choice, { from: 0, to: steps, channel: -1 });
    choice.off.clear();
  },
};

/** Errors of the choice: by reason and step, by detail, by channel. What is left out by reason counts in `beside` only. */
function sums() {
  const count = choice.to - choice.from;
  const row = () => ({ errors: 0, values: new Array(count).fill(0), of: reasons.map(() => 0) });
  const add = (map, key, step, reason, errors) => {
    if (!map.has(key)) map.set(key, row());
    const sum = map.get(key);
    sum.errors += errors;
    sum.values[step] += errors;
    sum.of[reason] += errors;
  };
  const found = { total: 0, beside: reasons.map(() => 0), reasons: new Map(), details: new Map(), channels: new Map(), none: row() };
  for (const step of range(0, count)) {
    const facts = data.facts[choice.from + step];
    for (let i = 0; i < facts.length; i += 3) {
      const [channel, detail, errors] = [facts[i], facts[i + 1], facts[i + 2]];
      const reason = data.details[detail];
      if (choice.channel >= 0 && channel !== choice.channel) continue;
      found.beside[reason] += errors;
      if (!choice.shows(reason)) continue;
      found.total += errors;
      add(found.reasons, reason, step, reason, errors);
      add(found.details, detail, step, reason, errors);
      add(found.channels, channel, step, reason, errors);
    }
  }
  return found;
}

/** The step that a local day or time lies in. */
function stepAt(time) {
  const exact = data.keys.indexOf(time);
  if (exact >= 0 && exact < steps) return exact;
  return Math.max(0, data.keys.slice(0, steps).findLastIndex(key => key <= time));
}

/** The choice as the part of an address after `#`; the last step's start stands for all of it. */
function fragment() {
  const parts = [];
  const add = (name, value) => parts.push(name + "=" + encodeURIComponent(value).replace(/%3A/g, ":").replace(/%2B/g, "+"));
  if (choice.from > 0 || choice.to < steps) {
    add("from", data.keys[choice.from]);
    add("to", data.keys[choice.to - 1]);
  }
  if (choice.channel >= 0) add("channel", choice.channel + 1);
  for (const name of choice.off) add("off", name);
  return parts.join("&");
}

/** Takes the choice from the address. A fragment that names a section leaves it as it is. */
function readFragment() {
  const text = location.hash.slice(1);
  if (text && !text.includes("=")) return;
  choice.reset();
  const known = new Set(reasons.map(reason => reason.name));
  const times = {};
  for (const part of text.split("&")) {
    const [name, ...rest] = part.split("=");
    let value;
    try {
      value = decodeURIComponent(rest.join("="));
    } catch {
      continue;
    }
    if (["from", "to"].includes(name) && /^\d{4}-\d\d-\d\d(T\d\d:\d\d([+-]\d\d:\d\d)?)?$/.test(value)) times[name] = value;
    if (name === "off" && known.has(value)) choice.off.add(value);
    if (name === "channel" && value >= 1 && value <= data.channels) choice.channel = Math.floor(value) - 1;
  }
  // A last day is meant with all its hours.
  const last = times.to && (times.to.length > 10 || wholeDays ? times.to : times.to + "T99");
  if (times.from || last) choice.dates(times.from ? stepAt(times.from) : 0, last ? stepAt(last) + 1 : steps);
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

