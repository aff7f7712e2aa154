// Interactive elements. `on` is the surface they are on:
//   on.act(block, element, value) does the click; on.changed(block, element, value) only keeps it;
//   on.value(block, element) is what is chosen now; on.options(block, element, typed) asks the app.

import { h } from "./dom.js";
import { confirmed } from "./dialogs.js";
import { icon } from "./icons.js";
import { safeAddress } from "./mentions.js";
import { plain, textObject } from "./mrkdwn.js";
import { openList } from "./choose.js";
import { picture } from "./pictures.js";
import { isMenu, menu } from "./menus.js";
import { secondsOf, wallClock } from "./time.js";

export function elementOf(block, element, on) {
  const make = ELEMENTS[element.type] ?? (isMenu(element) ? menu : unknown);
  return make(block, element, on);
}

function unknown(block, element) {
  return h("span", { class: "unknown" }, `[${element.type ?? "?"}]`);
}

const ELEMENTS = {
  button,
  overflow,
  image: (block, element) => picture(element, "element-image"),
  datepicker: (block, element, on) => picked(block, element, on, "date", "Pick a date"),
  timepicker: (block, element, on) => picked(block, element, on, "time", "Pick a time"),
  datetimepicker: (block, element, on) => picked(block, element, on, "datetime-local", "Pick a date and a time"),
  radio_buttons: (block, element, on) => ticks(block, element, on, "radio"),
  checkboxes: (block, element, on) => ticks(block, element, on, "checkbox"),
  plain_text_input: typed,
  email_text_input: typed,
  url_text_input: typed,
  number_input: typed,
};

// Confirms where asked to, shows that it waits, and acts once however often it is pressed.
async function does(control, block, element, on, value) {
  if (control.getAttribute("aria-busy") === "true") return false;
  if (!(await confirmed(element.confirm))) return false;
  control.setAttribute("aria-busy", "true");
  try {
    await on.act(block, element, value);
  } finally {
    control.removeAttribute("aria-busy");
  }
  return true;
}

function button(block, element, on) {
  const style = ["primary", "danger"].includes(element.style) ? element.style : "";
  const label = element.accessibility_label || null;
  const address = element.url && safeAddress(element.url);
  const given = { class: `button ${style}`, "aria-label": label, data: { action: element.action_id } };
  if (address) {
    const open = () => does(link, block, element, on, element.value ?? null);
    const link = h("a", { ...given, href: address.href, target: "_blank", rel: "noopener noreferrer", onclick: open }, plain(element.text));
    return link;
  }
  const press = () => does(made, block, element, on, element.value ?? null);
  const made = h("button", { ...given, type: "button", onclick: press }, plain(element.text));
  return made;
}

function overflow(block, element, on) {
  const options = element.options.map((option) => ({
    label: plain(option.text),
    hint: plain(option.description),
    value: option,
  }));
  const open = () =>
    openList({
      anchor: made,
      label: "More actions",
      search: false,
      load: () => [{ options }],
      pick: ({ value }) => choose(value),
    });
  const choose = (option) => {
    const address = option.url && safeAddress(option.url);
    if (address) window.open(address.href, "_blank", "noopener,noreferrer");
    does(made, block, element, on, option.value);
  };
  const given = { type: "button", class: "button is-icon", "aria-label": "More actions", "aria-haspopup": "listbox" };
  const made = h("button", { ...given, "aria-expanded": "false", data: { action: element.action_id }, onclick: open }, icon("more"));
  return made;
}

// Slack's datetimes are seconds; the field shows them in the person's zone.
function picked(block, element, on, type, label) {
  const whole = type === "datetime-local";
  const now = on.value(block, element);
  const shown = whole && now ? wallClock(now) : (now ?? "");
  const hint = plain(element.placeholder) || label;
  const input = h("input", {
    type,
    class: "field is-picker",
    value: shown,
    title: hint,
    ...on.labels(block, hint),
    data: { action: element.action_id },
    onchange: async () => {
      const chosen = whole ? secondsOf(input.value) : input.value || null;
      if (!(await does(input, block, element, on, chosen))) input.value = shown;
    },
  });
  return input;
}

function ticks(block, element, on, type) {
  const many = type === "checkbox";
  const name = `${block.block_id}-${element.action_id}`;
  const now = on.value(block, element);
  const marked = new Set((many ? (now ?? []) : [now].filter(Boolean)).map((option) => option.value));
  const rows = element.options.map((option) => {
    const input = h("input", { type, name, value: option.value, checked: marked.has(option.value), onchange: change });
    const more = option.description ? h("span", { class: "tick-hint" }, textObject(option.description)) : null;
    return h("label", { class: "tick" }, input, h("span", {}, textObject(option.text), more));
  });
  const box = h("div", { class: "ticks", role: many ? "group" : "radiogroup", ...on.labels(block, "Choices"), data: { action: element.action_id } }, rows);
  async function change() {
    const values = new Set([...box.querySelectorAll("input:checked")].map((input) => input.value));
    const options = element.options.filter((option) => values.has(option.value));
    const done = await does(box, block, element, on, many ? options : (options[0] ?? null));
    if (!done) for (const input of box.querySelectorAll("input")) input.checked = marked.has(input.value);
  }
  return box;
}

const KINDS = { email_text_input: "email", url_text_input: "url", number_input: "text" };

function typed(block, element, on) {
  const long = element.type === "plain_text_input" && element.multiline;
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const tells = block.dispatch_action === true;
  const input = h(long ? "textarea" : "input", {
    class: "field",
    type: long ? null : (KINDS[element.type] ?? "text"),
    inputmode: element.type === "number_input" ? "decimal" : null,
    rows: long ? "4" : null,
    placeholder: plain(element.placeholder) || null,
    maxlength: element.max_length ?? null,
    value: on.value(block, element) ?? "",
    autofocus: element.focus_on_load === true,
    autocomplete: "off",
    data: { action: element.action_id },
    ...on.labels(block, plain(element.placeholder) || "Text"),
    oninput: () => {
      on.changed(block, element, input.value);
      if (tells && when.includes("on_character_entered")) on.act(block, element, input.value);
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || long || event.isComposing) return;
      if (tells && when.includes("on_enter_pressed")) {
        event.preventDefault();
        on.act(block, element, input.value);
      }
    },
  });
  return input;
}
