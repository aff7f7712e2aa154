// One's own menu: status, presence, and when notifications may come.

import { act } from "./api.js";
import { avatar } from "./avatars.js";
import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { icon } from "./icons.js";
import { around } from "./places.js";
import { silenceWords, statusWords } from "./presence.js";
import { store } from "./store.js";

const STATUSES = [
  ["spiral_calendar_pad", "In a meeting", "60"],
  ["bus", "Commuting", "30"],
  ["face_with_thermometer", "Out sick", "today"],
  ["palm_tree", "Vacationing", "week"],
  ["house_with_garden", "Working remotely", "today"],
];
const ENDS = [
  ["", "Don't clear"],
  ["30", "30 minutes"],
  ["60", "1 hour"],
  ["240", "4 hours"],
  ["today", "Today"],
  ["week", "This week"],
];
const PAUSES = [
  ["30 minutes", { minutes: 30 }],
  ["1 hour", { minutes: 60 }],
  ["Until tomorrow", { until: "tomorrow" }],
];
const NIGHT = ["22:00", "08:00"];

export function openPersonMenu() {
  const trouble = h("p", { class: "modal-trouble", role: "alert", hidden: true });
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  const does = async (name, options = {}) => {
    try {
      await act(name, options);
      close();
      await around();
    } catch (refusal) {
      trouble.textContent = refusal.message;
      trouble.hidden = false;
    }
  };
  const dialog = h(
    "dialog",
    { class: "modal person-menu", "aria-labelledby": "person-title", oncancel: close },
    h(
      "div",
      { class: "modal-head" },
      avatar(store.me, "is-small"),
      h("h2", { id: "person-title" }, store.me.name),
      h("button", { type: "button", class: "plain-icon", "aria-label": "Close", onclick: close }, icon("close")),
    ),
    h("div", { class: "modal-body" }, trouble, status(does), notifications(does), presence(does)),
  );
  document.body.append(dialog);
  dialog.showModal();
}

function part(title, ...children) {
  return h("section", { class: "person-part", "aria-label": title }, h("h3", {}, title), ...children);
}

function button(label, onclick, kind = "") {
  return h("button", { type: "button", class: `button ${kind}`, onclick }, label);
}

function status(does) {
  const now = store.me.status;
  const emoji = h("input", { class: "field", "aria-label": "Emoji", placeholder: ":palm_tree:", value: now.emoji, autocomplete: "off" });
  const text = h("input", { class: "field", "aria-label": "Status", placeholder: "What's your status?", maxlength: "100", value: now.text, autocomplete: "off" });
  const end = h("select", { class: "field", "aria-label": "Remove the status after" }, ENDS.map(([value, label]) => h("option", { value }, label)));
  const usual = STATUSES.map(([name, words, ends]) => {
    const take = () => {
      [emoji.value, text.value, end.value] = [`:${name}:`, words, ends];
    };
    return button([emojiOf(name), " ", words], take);
  });
  const save = (event) => {
    event.preventDefault();
    does("set_status", { text: text.value.trim(), emoji: emoji.value.trim(), ...duration(end.value) });
  };
  return part(
    "Status",
    now.emoji ? h("p", {}, `Now: ${statusWords(store.me)}`) : null,
    h("div", { class: "person-row" }, usual),
    h(
      "form",
      { class: "person-row status-form", onsubmit: save },
      emoji,
      text,
      end,
      h("button", { type: "submit", class: "button primary" }, "Set status"),
      now.emoji ? button("Clear status", () => does("set_status")) : null,
    ),
  );
}

function duration(end) {
  if (!end) return {};
  return /^\d+$/.test(end) ? { minutes: Number(end) } : { until: end };
}

function notifications(does) {
  const { paused, silent_until: silent } = store.me;
  return part(
    "Notifications",
    silent ? h("p", {}, `${silenceWords(store.me)}.`) : null,
    paused
      ? h("div", { class: "person-row" }, button("Resume notifications", () => does("resume_notifications")))
      : h("div", { class: "person-row" }, h("span", {}, "Pause"), PAUSES.map(([label, options]) => button(label, () => does("pause_notifications", options)))),
    schedule(does),
  );
}

function schedule(does) {
  const set = store.me.schedule;
  const [start, end] = (set ?? NIGHT).map((value) => h("input", { type: "time", class: "field is-picker", value, required: true }));
  start.setAttribute("aria-label", "No notifications from");
  end.setAttribute("aria-label", "No notifications to");
  const save = (event) => {
    event.preventDefault();
    does("set_dnd_schedule", { start: start.value, end: end.value });
  };
  return h(
    "form",
    { class: "person-row", onsubmit: save },
    h("span", {}, "No notifications each day from"),
    start,
    h("span", {}, "to"),
    end,
    h("button", { type: "submit", class: "button" }, "Save schedule"),
    set ? button("Remove schedule", () => does("set_dnd_schedule")) : null,
  );
}

function presence(does) {
  const away = store.me.presence === "away";
  return part(
    "Presence",
    h(
      "div",
      { class: "person-row" },
      h("span", {}, away ? "You are away." : "You are active."),
      button(away ? "Set yourself as active" : "Set yourself as away", () => does("set_presence", { presence: away ? "active" : "away" })),
    ),
  );
}
