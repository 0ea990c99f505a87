// Numbers and times in the page's language, in its own patterns.

const words = data.words;
const number = new Intl.NumberFormat(document.documentElement.lang);
const shown = n => number.format(n);
const percent = share => fill(words.percent, { number: (share * 100).toFixed(1) });

/** A pattern with its {placeholders} filled. */
function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

const wholeDays = ["day", "week", "month"].includes(data.size);
const dayOf = key => key.slice(0, 10);
const timeOf = key => key.slice(11, 16) || "00:00";

/** Days since 1970-01-01 of a calendar day, without any time zone. */
const dayNumber = key => Date.UTC(+key.slice(0, 4), +key.slice(5, 7) - 1, +key.slice(8, 10)) / 864e5;

/** The calendar day some days later. */
const dayAfter = (key, days) => new Date((dayNumber(key) + days) * 864e5).toISOString().slice(0, 10);

/** A calendar day in a pattern of the language, such as "format.day". */
function day(pattern, key) {
  return fill(words[pattern], {
    year: +key.slice(0, 4),
    month: words["format.months"].split(" ")[+key.slice(5, 7) - 1],
    day: +key.slice(8, 10),
    weekday: words["format.weekdays"].split(" ")[(dayNumber(key) + 3) % 7],
    time: timeOf(key),
  });
}

/** What a stretch of steps is called; `to` is the step after its last. */
function stretch(from, to) {
  const [start, end] = [data.keys[from], data.keys[to]];
  const range = (a, b) => (a === b ? a : fill(words["story.range"], { from: a, to: b }));
  if (data.size === "month") return range(day("format.month", start), day("format.month", data.keys[to - 1]));
  if (wholeDays) return range(day("format.day", start), day("format.day", dayAfter(end, -1)));
  if (timeOf(start) === "00:00" && timeOf(end) === "00:00") {
    return range(day("format.day", start), day("format.day", dayAfter(end, -1)));
  }
  const endsDay = timeOf(end) === "00:00" && dayAfter(end, -1) === dayOf(start);
  const sameDay = dayOf(end) === dayOf(start);
  return range(day("format.moment", start), endsDay ? "24:00" : sameDay ? timeOf(end) : day("format.moment", end));
}

