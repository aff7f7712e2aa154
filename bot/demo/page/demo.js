// What the demo adds to the workspace's page: a guided tour in a corner, and two tool panels.

const SAMPLE = [
  ["name", "Name", "Ada Lovelace"],
  ["email", "E-mail", "ada@engines.example"],
  ["company", "Company", "Analytical Engines"],
  ["country", "Country", "SE"],
  ["source", "Source", "webinar"],
  ["campaign", "Campaign", "spring-webinar"],
  ["tier", "Tier", "B"],
  ["score", "Score", "82"],
  ["why", "Why now", "Asked for a price for 40 people"],
];

const SMALL = "(max-width: 820px), (max-height: 700px)";

export default function (page) {
  const tour = startTour(page);
  page.addPanel({ id: "leads", title: "Leads", render: (host) => leads(page, host) });
  page.addPanel({ id: "baton", title: "Baton", render: (host) => baton(page, host, tour) });
}

// ------------------------------------------------------------------ the tour

function startTour(page) {
  const steps = page.h("ol", { class: "tour-steps" });
  const progress = page.h("p", { class: "tour-progress", role: "status" });
  const fold = page.h("button", { type: "button", class: "as-link", onclick: () => setFolded(!folded) });
  let folded = matchMedia(SMALL).matches;
  let told = [];
  let shown = "";

  function setFolded(wanted) {
    folded = wanted;
    paint();
  }

  async function look() {
    told = (await page.fetch("state")).tour;
    paint();
  }

  // Only what has changed is drawn, so that a button keeps its focus.
  function paint() {
    const key = JSON.stringify([told, folded, page.me.id]);
    if (key === shown) return;
    shown = key;
    const done = told.filter((step) => step.done).length;
    const next = told.find((step) => !step.done);
    const before = next ? told[told.indexOf(next) - 1] : told.at(-1);
    const visible = folded || !next ? told.filter((step) => step === next || step === before) : told;
    progress.textContent = next ? `${done} of ${told.length} done` : "All done. The workspace is yours.";
    fold.hidden = !next;
    fold.textContent = folded ? "Show all steps" : "Only this step";
    fold.setAttribute("aria-expanded", String(!folded));
    page.fill(steps, visible.map((step) => entry(page, step, step === next, step === before)));
  }

  return page.addPanel({
    id: "tour",
    title: "Baton in seven steps",
    place: "corner",
    open: true,
    render(host) {
      page.fill(host, page.h("div", { class: "tour-head" }, progress, fold), steps, actions(page, look));
      const soon = () => look().catch(() => {}); // the page itself says that nobody answers
      soon();
      const beat = setInterval(soon, 1000);
      const leave = page.onPerson(paint);
      return () => {
        clearInterval(beat);
        leave();
      };
    },
  });
}

function entry(page, step, isNext, isLast) {
  const mark = step.done ? "✓" : isNext ? "→" : "·";
  const state = step.done ? "done" : isNext ? "next" : "later";
  return page.h(
    "li",
    { class: `tour-${state}`, "aria-current": isNext ? "step" : null, data: { step: step.name } },
    page.h("span", { class: "tour-mark", "aria-hidden": "true" }, mark),
    page.h(
      "div",
      {},
      page.h("strong", {}, step.title),
      step.done ? page.h("span", { class: "tour-said" }, " done") : null,
      isNext ? hint(page, step.how, step.as_whom, "mql-handoff") : null,
      isLast && step.done && step.then ? hint(page, step.then, step.then_as, step.then_in) : null,
    ),
  );
}

// What to do or to look at, with a button to be whom it takes.
function hint(page, text, handle, where) {
  const person = page.people.find((known) => known.handle === handle);
  const offer = person && person.id !== page.me.id;
  const become = async () => {
    await page.be(person.id);
    page.go(where);
  };
  const be = page.h("button", { type: "button", class: "button tour-be", onclick: become }, `Be ${person?.name.split(" ")[0]}`);
  return page.h("p", {}, text, " ", offer ? be : null);
}

function actions(page, after) {
  return page.h(
    "div",
    { class: "demo-buttons" },
    button(page, "Send a lead", "lead", {}, after),
    button(page, "Race for a lead", "race", {}, after),
    button(page, "Until something is due", "due", {}, after),
  );
}

// ------------------------------------------------------------------ marketing's side

function leads(page, host) {
  const fields = SAMPLE.map(([name, label, example]) => field(page, name, label, example));
  const form = page.h(
    "form",
    { class: "demo-form", "aria-label": "Send an MQL", onsubmit: (event) => send(page, event) },
    page.h("p", {}, "As marketing’s web site would: over the signed HTTP intake. Empty means a sample."),
    fields,
    page.h("button", { type: "submit", class: "button primary" }, "Send this lead"),
  );
  const drop = page.h(
    "label",
    { class: "demo-drop", ondragover: (event) => event.preventDefault(), ondrop: (event) => dropped(page, event) },
    "A CSV of leads: drop it here, or choose it ",
    page.h("input", { type: "file", accept: ".csv,text/csv", onchange: (event) => chosen(page, event) }),
  );
  page.fill(host, form, drop, button(page, "A burst of 20 leads", "burst", {}));
}

function field(page, name, label, example) {
  return page.h(
    "label",
    { class: "demo-field" },
    page.h("span", {}, label),
    page.h("input", { class: "field", name, placeholder: example, autocomplete: "off" }),
  );
}

async function send(page, event) {
  event.preventDefault();
  const given = Object.fromEntries(new FormData(event.target));
  await say(page, "lead", given);
}

async function dropped(page, event) {
  event.preventDefault();
  await take(page, event.dataTransfer.files[0]);
}

async function chosen(page, event) {
  await take(page, event.target.files[0]);
  event.target.value = "";
}

async function take(page, file) {
  if (file) await say(page, "csv", await file.text());
}

// ------------------------------------------------------------------ Baton and its sellers

function baton(page, host, tour) {
  async function look() {
    const state = await page.fetch("state");
    if (!state) return;
    page.fill(
      host,
      page.h(
        "p",
        { class: "demo-state", role: "status" },
        state.running ? "Baton is running." : "Baton is not running: clicks fail, nothing is lost.",
      ),
      page.h(
        "div",
        { class: "demo-buttons" },
        state.running
          ? button(page, "Kill it (kill -9)", "kill", {}, look)
          : button(page, "Start it again", "start", {}, look),
        state.sellers
          ? button(page, "Send the simulated sellers home", "sellers", { on: false }, look)
          : button(page, "Let simulated sellers work", "sellers", { on: true }, look),
        button(page, "Watch a day in a minute", "day", {}, look),
        page.h("button", { type: "button", class: "button", onclick: () => tour.open() }, "Show the tour"),
      ),
    );
  }
  look();
}

// ------------------------------------------------------------------ both

function button(page, label, path, body, after = () => {}) {
  return page.h(
    "button",
    {
      type: "button",
      class: "button",
      onclick: async (event) => {
        event.target.disabled = true;
        try {
          await say(page, path, body);
        } finally {
          event.target.disabled = false;
          after();
        }
      },
    },
    label,
  );
}

let said = null;

// One sentence at a time: the last one is what matters.
async function say(page, path, body) {
  const given = await page.fetch(path, body).then(
    (told) => ({ text: told.said }),
    (error) => ({ text: error.message, kind: "error" }),
  );
  said?.remove();
  said = page.addNotice(given);
}
