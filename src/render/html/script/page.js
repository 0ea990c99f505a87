// The page comes to life. Without any of this it is complete, only not movable.

const inputs = [byId("from"), byId("to")];
const toggles = [...document.querySelectorAll("[data-toggle]")];

const reportTotal = reasons.reduce((sum, { sums }) => sum + sums.between(0, steps), 0);

/** Everything that depends on the choice. */
function update() {
  writeFragment();
  const whole = choice.whole();
  const total = totalOf(choice);
  put(byId("total"), shown(total), whole);
  byId("total").dataset.errors = total;
  put(byId("total-label"), words["interactive.errors_chosen"], whole);
  put(byId("total-note"), fill(words["interactive.of_total"], { total: shown(reportTotal) }), whole);
  for (const tag of document.querySelectorAll(".of-report, .of-report-line")) {
    const follows = { channels, hosts }[tag.dataset.table];
    tag.hidden = whole || Boolean(follows);
  }
  for (const button of document.querySelectorAll(".reset")) button.hidden = whole;
  const bar = byId("choice");
  bar.hidden = whole;
  const said = whole ? "" : sentence(total);
  bar.querySelector("p").textContent = said;
  if (byId("choice-said").textContent !== said) byId("choice-said").textContent = said;
  [firstTime(), lastTime()].forEach((time, i) => {
    if (inputs[i] !== document.activeElement) inputs[i].value = time.slice(0, wholeDays ? 10 : 16);
  });
  for (const toggle of toggles) {
    toggle.checked = !choice.off.has(toggle.dataset.toggle);
    const reason = reasons.find(({ name }) => name === toggle.dataset.toggle);
    const sum = toggle.parentNode.querySelector("[data-reason-sum]");
    if (reason) put(sum, shown(reason.sums.between(choice.from, choice.to)), choice.allDates());
  }
  timeline.draw();
  updateTables(total);
  heatTable.update();
  updateOrder();
}

function updateOrder() {
  sorting.update();
  groups.update();
  writeFragment();
}

/** What is chosen, in words. */
function sentence(total) {
  const values = { number: shown(total), total: shown(reportTotal), range: stretch(choice.from, choice.to) };
  if (!choice.off.size) return fill(words["interactive.choice"], values);
  const names = [...choice.off].reduce((first, next) => fill(words["interactive.list"], { first, next }));
  return fill(words["interactive.choice_without"], { ...values, reasons: names });
}

/** Adds a button that copies the text of an element. */
function copyable(element) {
  const button = html("button", { type: "button", class: "copy" }, words["interactive.copy"]);
  const text = element.textContent.trim();
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = words["interactive.copied"];
      setTimeout(() => (button.textContent = words["interactive.copy"]), 2000);
    } catch {
      // Without permission the text is at least selected.
      getSelection().selectAllChildren(element);
    }
  });
  element.after(button);
}

/** Regions that scroll are reached by keyboard; those that do not need no stop. */
function scrollStops() {
  for (const region of document.querySelectorAll(".scroll")) {
    if (region.scrollWidth > region.clientWidth + 1) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
}

function start() {
  for (const element of document.querySelectorAll(".sentence, .command")) copyable(element);
  scrollStops();
  addEventListener("resize", scrollStops);
  // Paper shows what is folded on the screen.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });
  // Going to a section must not lose the choice from the address.
  document.addEventListener("click", event => {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const section = byId(link.getAttribute("href").slice(1));
    if (!section || choice.whole()) return;
    event.preventDefault();
    section.scrollIntoView();
    section.tabIndex = -1;
    section.focus({ preventScroll: true });
  });
  if (!steps || !byId("controls")) return;

  byId("controls").hidden = false;
  byId("drawing").hidden = false;
  byId("hint").hidden = false;
  const picture = byId("picture-timeline");
  if (picture) picture.hidden = true;
  const kind = wholeDays ? "date" : "datetime-local";
  for (const input of inputs) {
    input.type = kind;
    if (!wholeDays) input.step = { "5m": 300, "15m": 900, "30m": 1800 }[data.size] || 3600;
    input.min = data.keys[0].slice(0, wholeDays ? 10 : 16);
    input.max = wholeDays ? dayAfter(data.keys[steps], -1) : data.keys[steps].slice(0, 16);
    // A date that is being typed is a date at every key: only what makes sense is taken, and the input is left alone
    // until the typing is over.
    input.addEventListener("change", () => {
      const [first, last] = inputs.map(({ value }) => value);
      const outside = inputs.some(({ validity }) => validity.rangeUnderflow || validity.rangeOverflow);
      if (!first || !last || first > last || outside) return;
      chooseTimes(first, last);
      update();
    });
    input.addEventListener("blur", update);
  }
  for (const toggle of toggles) {
    toggle.addEventListener("change", () => {
      if (toggle.checked) choice.off.delete(toggle.dataset.toggle);
      else choice.off.add(toggle.dataset.toggle);
      update();
    });
  }
  for (const button of document.querySelectorAll(".reset")) {
    button.addEventListener("click", () => {
      resetChoice();
      update();
      // The button is gone; the keyboard goes on at the picture.
      byId("timeline-drawing").focus({ preventScroll: true });
    });
  }
  timeline.setUp(update);
  heatTable.setUp();
  sorting.setUp(updateOrder);
  groups.setUp(updateOrder);
  addEventListener("hashchange", () => {
    readFragment();
    update();
  });
  readFragment();
  update();
}

start();
