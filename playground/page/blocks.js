// Block Kit as elements. A block that cannot be drawn says so and leaves the others alone.

import { h } from "./dom.js";
import { elementOf } from "./elements.js";
import { markdown } from "./markdown.js";
import { mrkdwn, plain, textObject } from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { richText, table } from "./richtext.js";

export function blocksOf(blocks, on) {
  return blocks.map((block) => {
    const made = drawn(block, on) ?? h("p", { class: "unknown" }, `[${block.type}]`);
    made.classList.add("block", `block-${block.type}`);
    return made;
  });
}

function drawn(block, on) {
  try {
    return BLOCKS[block.type]?.(block, on);
  } catch (error) {
    console.error(`a ${block.type} block could not be drawn`, error);
    return null;
  }
}

const BLOCKS = {
  section,
  actions: (block, on) => h("div", {}, block.elements.map((element) => elementOf(block, element, on))),
  context,
  divider: () => h("hr"),
  header: (block) => h("p", { role: "heading", "aria-level": String(block.level ?? 3) }, plain(block.text)),
  image,
  input,
  rich_text: (block) => richText(block),
  markdown: (block) => markdown(block.text ?? ""),
  table: (block) => table(block),
};

function section(block, on) {
  const fields = block.fields?.map((field) => h("div", { class: "section-field" }, textObject(field)));
  return h(
    "div",
    {},
    h(
      "div",
      { class: "section-text" },
      block.text ? h("div", {}, textObject(block.text)) : null,
      fields ? h("div", { class: "section-fields" }, fields) : null,
    ),
    block.accessory ? h("div", { class: "section-accessory" }, elementOf(block, block.accessory, on)) : null,
  );
}

function context(block) {
  const made = block.elements.map((element) =>
    element.type === "image" ? picture(element, "context-image") : h("span", {}, textObject(element)),
  );
  return h("div", {}, made);
}

function image(block) {
  const title = block.title ? h("figcaption", {}, plain(block.title)) : null;
  return h("figure", {}, title, picture(block, "block-picture"));
}

function input(block, on) {
  const error = on.error?.(block);
  const ids = on.ids(block);
  const optional = block.optional ? h("span", { class: "optional" }, " (optional)") : null;
  return h(
    "div",
    { class: error ? "has-error" : "" },
    h("div", { class: "input-label", id: ids.label }, plain(block.label), optional),
    elementOf(block, block.element, on),
    error ? h("p", { class: "input-error", id: ids.error, role: "alert" }, error) : null,
    block.hint ? h("p", { class: "input-hint", id: ids.hint }, plain(block.hint)) : null,
  );
}

// Legacy attachments: a bar of colour beside text, fields or blocks.
export function attachmentOf(attachment, on) {
  const box = h(
    "div",
    { class: "attachment" },
    attachment.pretext ? h("div", {}, mrkdwn(String(attachment.pretext))) : null,
    attachment.title ? h("strong", {}, String(attachment.title)) : null,
    attachment.text ? h("div", {}, mrkdwn(String(attachment.text))) : null,
    (attachment.fields ?? []).map((field) => h("div", { class: "section-field" }, h("strong", {}, String(field.title ?? "")), " ", mrkdwn(String(field.value ?? "")))),
    attachment.blocks ? blocksOf(attachment.blocks, on) : null,
    attachment.footer ? h("small", {}, String(attachment.footer)) : null,
  );
  if (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? "")) {
    box.style.borderLeftColor = `#${attachment.color.replace("#", "")}`;
  }
  return box;
}

// What the labels of an element refer to, for surfaces with inputs.
export function labelling(name, errors = {}) {
  const ids = (block) => ({
    label: `${name}-${block.block_id}-label`,
    error: `${name}-${block.block_id}-error`,
    hint: `${name}-${block.block_id}-hint`,
  });
  return {
    ids,
    error: (block) => errors[block.block_id],
    labelText: (block) => (block.label ? plain(block.label) : null),
    labels: (block, otherwise) => {
      if (block.type !== "input") return { "aria-label": otherwise };
      const wrong = Boolean(errors[block.block_id]);
      const more = [wrong && ids(block).error, block.hint && ids(block).hint].filter(Boolean).join(" ");
      return {
        "aria-labelledby": ids(block).label,
        "aria-describedby": more || null,
        "aria-invalid": wrong ? "true" : null,
      };
    },
  };
}
