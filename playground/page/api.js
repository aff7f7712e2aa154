// The playground's doors. Whatever the page does goes through the same acts as Python's people.

import { unpressed } from "./dom.js";
import { store } from "./store.js";

export class Refused extends Error {
  constructor(name, sentence, status) {
    super(sentence || name);
    this.name = name;
    this.status = status;
  }
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused("unreachable", "The playground does not answer.", 0);
  }
  const kind = answer.headers.get("content-type") ?? "";
  const told = kind.includes("json") ? await answer.json() : await answer.text();
  if (!answer.ok) {
    const sentence = told?.sentence || told?.said || told?.error;
    throw new Refused(told?.error || "failed", sentence || `HTTP ${answer.status}`, answer.status);
  }
  return told;
}

export function get(path, query = {}) {
  const asked = new URLSearchParams(query).toString();
  return ask(asked ? `${path}?${asked}` : path);
}

// Objects travel as JSON; strings, blobs and files as they are.
export function post(path, body = {}) {
  const plain = typeof body === "string" || body instanceof Blob || body instanceof ArrayBuffer;
  return ask(path, {
    method: "POST",
    headers: plain ? {} : { "content-type": "application/json" },
    body: plain ? body : JSON.stringify(body),
  });
}

// What the person sees now, to be drawn at once.
export async function sees(what, query = {}, who = store.me.id) {
  const told = await get(`/playground/people/${encodeURIComponent(who)}/${what}`, query);
  await unpressed();
  return told;
}

export async function act(name, options = {}) {
  const told = await post(`/playground/people/${store.me.id}/${name}`, options);
  return told.result;
}
