// What a press on an element of a message does: a click of the person, and a memory of what is chosen.

import { act, Refused } from "./api.js";
import { labelling } from "./blocks.js";
import { notice, tried } from "./notices.js";
import { store } from "./store.js";
import { asWanted, initial, isStateful, Memory, ofState } from "./values.js";

const memories = new Map();

export function messageSurface(message, channel) {
  const key = `${store.me.id} ${channel} ${message.ts}`;
  const blocks = JSON.stringify(message.blocks ?? []);
  if (memories.get(key)?.blocks !== blocks) memories.set(key, { blocks, memory: new Memory() });
  const { memory } = memories.get(key);
  return {
    ...labelling(`m${message.ts}`),
    value: (block, element) => memory.get(block, element, standing(message, block, element)),
    changed: (block, element, value) => memory.set(block, element, value),
    act: async (block, element, value) => {
      if (isStateful(element)) memory.set(block, element, value);
      await click(block, element, value, { on: message.ts, channel });
    },
    options: (block, element, typed) =>
      act("options_for", { action_id: element.action_id, typed, on: message.ts, channel }),
  };
}

function standing(message, block, element) {
  const chosen = message.chosen?.[block.block_id]?.[element.action_id];
  return chosen ? ofState(element, chosen) : initial(element);
}

// What went wrong at the app reaches the person as Slack's own notice; here only what was not sent.
export async function click(block, element, value, where) {
  const options = { action_id: element.action_id, block_id: block.block_id, value: asWanted(element, value) };
  try {
    return await act("click", { ...options, ...where });
  } catch (refusal) {
    if (refusal instanceof Refused) return notice({ text: refusal.message, kind: "error" });
    throw refusal;
  }
}

export function react(emoji, message, channel) {
  return tried(() => act("react", { emoji, on: message.ts, channel }));
}
