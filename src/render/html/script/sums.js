// The sums that stand in the page, and adding them up again.

const byId = id => document.getElementById(id);
const data = JSON.parse(byId("sums").textContent);

/** Steps of the timeline: windows, or equal groups of them where there are very many. */
const steps = Math.max(0, data.keys.length - 1);

/** Fields of the heatmap: seven days of 24 hours. */
const FIELDS = 7 * 24;

/** Spells out a list of sums in which -n stands for n zeros. */
function spelled(runs) {
  const values = [];
  for (const run of runs) {
    if (run < 0) for (let i = run; i < 0; i++) values.push(0);
    else values.push(run);
  }
  return values;
}

/** Sums by step; running totals make the sum of any stretch one subtraction. */
class Series {
  constructor(runs) {
    this.values = spelled(runs);
    this.totals = [0];
    for (const value of this.values) this.totals.push(this.totals.at(-1) + value);
  }

  /** The sum of the steps from `from` to before `to`. */
  between(from, to) {
    const last = this.totals.length - 1;
    return this.totals[Math.min(to, last)] - this.totals[Math.min(from, last)];
  }
}

const reasons = data.reasons.map(reason => ({ ...reason, sums: new Series(reason.sums) }));
const details = data.details.map(detail => detail && { reason: detail[0], sums: new Series(detail[1]) });
const places = lists => lists && lists.map(list => list.map(runs => new Series(runs)));
const channels = places(data.channels);
const hosts = places(data.hosts);
const previous = new Series(data.previous);

/** By reason, where something is: [step times FIELDS plus field, errors], in the order of time. */
const heat = data.heat && data.heat.map(runs => {
  const entries = [];
  let at = 0;
  for (const run of runs) {
    if (run < 0) at -= run;
    else entries.push([at++, run]);
  }
  return entries;
});

/** The errors of a choice by field of the heatmap. */
function heatOf(choice) {
  const fields = new Array(FIELDS).fill(0);
  heat.forEach((entries, reason) => {
    if (!choice.shows(reason)) return;
    for (const [at, errors] of entries) {
      if (at >= choice.from * FIELDS && at < choice.to * FIELDS) fields[at % FIELDS] += errors;
    }
  });
  return fields;
}

/** The errors of a choice. */
function totalOf(choice) {
  return reasons.reduce((sum, { sums }, i) => sum + (choice.shows(i) ? sums.between(choice.from, choice.to) : 0), 0);
}

/** At most `most` sums over equal groups of neighbours. */
function grouped(values, most) {
  const size = Math.max(1, Math.ceil(values.length / most));
  const groups = [];
  for (let i = 0; i < values.length; i += size) {
    groups.push(values.slice(i, i + size).reduce((sum, value) => sum + value, 0));
  }
  return groups;
}

