// What is chosen or typed in elements, between Slack's states and what a person's act carries.

const FIELDS = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  rich_text_input: "rich_text_value",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  checkboxes: "selected_options",
  users_select: "selected_user",
  multi_users_select: "selected_users",
  channels_select: "selected_channel",
  multi_channels_select: "selected_channels",
  conversations_select: "selected_conversation",
  multi_conversations_select: "selected_conversations",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
};

export function isStateful(element) {
  return element.type in FIELDS;
}

export function ofState(element, state) {
  return state?.[FIELDS[element.type]] ?? null;
}

export function initial(element) {
  const name = FIELDS[element.type]?.replace("selected_", "initial_") ?? "";
  return element[name === "value" ? "initial_value" : name] ?? null;
}

// As `click`, `fill` and `submit` take it: options by their value, external options whole.
export function asWanted(element, chosen) {
  if (chosen === null || chosen === "") return null;
  if (Array.isArray(chosen)) return chosen.map((item) => asWanted(element, item));
  if (typeof chosen === "object" && "value" in chosen) {
    return element.type.endsWith("external_select") ? chosen : chosen.value;
  }
  return chosen;
}

// Values that live as long as the page shows them, by block and element.
export class Memory {
  #kept = new Map();

  key(block, element) {
    return `${block.block_id} ${element.action_id}`;
  }

  get(block, element, otherwise) {
    const key = this.key(block, element);
    return this.#kept.has(key) ? this.#kept.get(key) : otherwise;
  }

  set(block, element, value) {
    this.#kept.set(this.key(block, element), value);
  }
}
